import { openNocoDb } from '../../../infra/cli/nocodb/nocodb-access.ts';
import { Webhooks } from '../../../infra/cli/nocodb/webhooks.ts';
import { createNocoDbApi } from '../../../lambda/nocodb/api.ts';
import { createNocoDbClient } from '../../../lambda/nocodb/client.ts';
import { createFieldTitles } from '../../../lambda/nocodb/fields.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { systemClock } from '../../../lambda/tracker/clock.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { handleWebhook } from '../../../lambda/webhook/handle-webhook.ts';
import { createSecretCheck } from '../../../lambda/webhook/secret-check.ts';
import { openHttpServer } from '../../support/http-server.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';
import { type ContractTarget, variablesOf } from './target.ts';

/** The tracker's webhook on this machine, and a NocoDB that calls it. */
export interface WebhookDesk {
  /** The payments, in memory. */
  readonly table: SimulatedPayments;
  /** The events of the webhook since the beginning. */
  readonly events: readonly TrackerEvent[];
  /** The status of each response to NocoDB. */
  readonly answers: readonly number[];
  readonly url: string;
  /** Removes the webhook from NocoDB, and stops. */
  close(): Promise<void>;
}

export const SECRET = 'open sesame, open sesame';

/**
 * Serves the webhook with the code of its Lambda function, and installs it with the code of the command line.
 *
 * @param paidField title of the paid field
 */
export async function openWebhookDesk(
  target: ContractTarget,
  variables: Readonly<Record<string, string>> = {},
  paidField = 'Paid',
): Promise<WebhookDesk> {
  const { url: apiUrl, tableId, token } = target;
  const env = { ...variablesOf(target), NOCODB_API_TOKEN: token, ...variables };
  const clock = systemClock;
  const nocodb = openNocoDb(env, { clock, random: Math.random });
  const client = createNocoDbClient({
    apiUrl,
    token: fixedToken(token),
    clock,
    random: Math.random,
  });
  const table = new SimulatedPayments({ clock, confirmedBy: 'webhook' });
  // Confirmations are counted only after a first tick.
  await table.remember({});
  const events: TrackerEvent[] = [];
  const answers: number[] = [];
  const dependencies = {
    isSecret: createSecretCheck({ secret: fixedToken(SECRET), parameterName: '/contract/secret', clock }),
    table: { id: tableId, comparesOwners: nocodb.settings.ownerField !== undefined },
    watchedTables: table.gate,
    titles: createFieldTitles(createNocoDbApi(nocodb.settings, client, clock)),
    payments: table.payments,
    reports: table.gate,
    clock,
    observe: (event: TrackerEvent) => void events.push(event),
  };

  const server = await openHttpServer(async (response, request) => {
    const { statusCode, headers, body } = await handleWebhook(
      {
        headers: request.headers as Record<string, string>,
        requestContext: { http: { method: request.method } },
        isBase64Encoded: false,
        body: request.text,
      },
      dependencies,
    );
    response.writeHead(statusCode, headers).end(body);
    answers.push(statusCode);
  });
  const url = `${server.url}/`;
  const webhooks = new Webhooks(nocodb);
  const webhook = await webhooks.add({ url, secret: SECRET, paidFieldId: target.columns[paidField] ?? '' });

  return {
    table,
    events,
    answers,
    url,
    async close() {
      await webhooks.remove(webhook);
      await server.close();
    },
  };
}
