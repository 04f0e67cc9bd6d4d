import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';
import { createSsmToken } from './aws/ssm-token.ts';
import { createNocoDbApi } from './nocodb/api.ts';
import { createNocoDbClient } from './nocodb/client.ts';
import { createFieldTitles } from './nocodb/fields.ts';
import { toWatchedTable } from './nocodb/record-source.ts';
import { createLogObserver } from './observability/log-observer.ts';
import { createLogger } from './observability/logger.ts';
import { readSettings } from './settings/read-settings.ts';
import { toTrackerSettings } from './settings/read-tracker-settings.ts';
import { DynamoControlItem } from './table/control-item.ts';
import { createDocumentClient } from './table/document-client.ts';
import { DynamoPendingPayments } from './table/pending-payments.ts';
import { systemClock } from './tracker/clock.ts';
import { handleWebhook, type WebhookDependencies, type WebhookResponse } from './webhook/handle-webhook.ts';
import { createSecretCheck } from './webhook/secret-check.ts';

const { tableName, trackerName, webhookSecretParameter, ...settings } = readSettings(process.env, 'webhook');
const { nocodb, tokenParameterName, shards, retention } = toTrackerSettings(settings);
const table = { client: createDocumentClient(), tableName };
const logger = createLogger(trackerName);
const clock = systemClock;
const controlItem = new DynamoControlItem(table);
const nocoDbClient = createNocoDbClient({
  apiUrl: nocodb.apiUrl,
  token: createSsmToken({ parameterName: tokenParameterName, clock, logger }),
  clock,
  random: Math.random,
});

const dependencies: WebhookDependencies = {
  isSecret: createSecretCheck({
    secret: createSsmToken({ parameterName: webhookSecretParameter, clock, logger }),
    parameterName: webhookSecretParameter,
    clock,
  }),
  table: toWatchedTable(nocodb),
  watchedTables: controlItem,
  titles: createFieldTitles(createNocoDbApi(nocodb, nocoDbClient, clock)),
  payments: new DynamoPendingPayments({
    ...table,
    confirmedBy: 'webhook',
    shards,
    paidDays: retention.paidDays,
  }),
  reports: controlItem,
  clock,
  observe: createLogObserver(logger),
};

/** A request of NocoDB's webhook. When it cannot be written, this throws, so that NocoDB and the metrics show it. */
export function handler(request: LambdaFunctionURLEvent, context: Context): Promise<WebhookResponse> {
  logger.addContext(context);
  return handleWebhook(request, dependencies);
}
