import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { createDemoTable } from '../../../infra/local/demo-nocodb/demo-table.ts';
import { type Delivery, deliver } from '../../../infra/local/demo-nocodb/hooks/delivery.ts';
import { type Answer, answerOrRefuse, createRouter } from '../../../infra/local/demo-nocodb/http/router.ts';
import { metaRoutes } from '../../../infra/local/demo-nocodb/meta-routes.ts';
import { recordRoutes } from '../../../infra/local/demo-nocodb/record-routes.ts';
import { sqlite } from '../../../infra/local/demo-nocodb/table/sqlite.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';

const { TOKEN: token = '', LOG_TABLE_NAME: tableName = '' } = process.env;
const log = new RequestLog(DynamoDBDocumentClient.from(new DynamoDBClient()), tableName);

const nocodb = createNocoDb();

/**
 * The demo NocoDB in a Lambda function. Its records are in memory, and there can be several instances, so each of them
 * first repeats the requests that changed something in others.
 */
export async function handler(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  const { rawPath, rawQueryString, headers, requestContext } = event;
  const { method } = requestContext.http;
  const url = rawQueryString === '' ? rawPath : `${rawPath}?${rawQueryString}`;
  const body = event.isBase64Encoded
    ? Buffer.from(event.body ?? '', 'base64').toString()
    : (event.body ?? '');
  const request = { method, url, body, at: Date.now() };

  const before = await log.read();
  nocodb.repeat(before.slice(nocodb.repeated));
  if (!changesSomething(request)) return toResult(nocodb.answer(request, headers['xc-token'] ?? ''));

  if (!(await log.add(request, before.length))) {
    return toResult({ status: 503, body: { msg: 'Another request came first. Try again.' } });
  }
  const answer = nocodb.answer(request, headers['xc-token'] ?? '');
  nocodb.repeated += 1;
  // After the response, Lambda stops the process.
  await nocodb.settled();
  return toResult(answer);
}

function changesSomething({ method, url }: LoggedRequest): boolean {
  return method !== 'GET' && !url.includes('/bulk/datalist');
}

function createNocoDb() {
  let now = Date.now();
  let isRepeating = false;
  let ids = 0;
  const table = createDemoTable(sqlite, undefined, () => now, {
    // The same in every instance, as far as they repeat the same requests.
    newId: () => String(++ids).padStart(14, '0'),
    deliver: async (notification, message): Promise<Delivery> =>
      isRepeating
        ? { url: notification.payload.path, event: message, status: 0, error: 'sent before' }
        : deliver(notification, message),
  });
  const { baseId, tableId } = table;
  const routes = [...recordRoutes(table, { pageCap: 1000, bulkList: true }), ...metaRoutes(table)];
  const route = createRouter(routes, {
    ...{ baseId, tableId, token, strangerToken: '', rateLimiter: undefined, quota: undefined },
    profile: 'current',
  });
  const answer = ({ method, url, body, at }: LoggedRequest, given: string): Answer => {
    now = at;
    const [path = '', query = ''] = url.split('?');
    return answerOrRefuse(() =>
      route({
        method,
        path,
        query: Object.fromEntries(new URLSearchParams(query)),
        token: given,
        body: body === '' ? undefined : JSON.parse(body),
      }),
    );
  };
  return {
    /** Requests of the log that it knows. */
    repeated: 0,
    answer,
    repeat(requests: readonly LoggedRequest[]): void {
      isRepeating = true;
      for (const request of requests) answer(request, token);
      isRepeating = false;
      this.repeated += requests.length;
    },
    settled: () => table.hooks.settled(),
  };
}

function toResult({ status, body, headers }: Answer): LambdaFunctionURLResult {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}
