import { randomBytes } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { createSsmToken } from './aws/ssm-token.ts';
import { createRecordSource, sourceName } from './nocodb/record-source.ts';
import { createLogObserver } from './observability/log-observer.ts';
import { createMetrics, createMetricsObserver } from './observability/metrics.ts';
import { readSettings } from './settings/read-settings.ts';
import { toTrackerSettings } from './settings/tracker-settings.ts';
import { DynamoControlItem } from './table/control-item.ts';
import { createDocumentClient } from './table/document-client.ts';
import { DynamoPendingPayments } from './table/pending-payments.ts';
import { systemClock } from './tracker/clock.ts';
import { combineObservers } from './tracker/events.ts';
import { SeenNews } from './tracker/seen-news.ts';
import { type TickDependencies, type TickResult, tick } from './tracker/tick.ts';

const { tableName, trackerName, ...settings } = readSettings(process.env, 'tick');
const { nocodb, tokenParameterName, intervalSeconds, shards, retention } = toTrackerSettings(settings);
const table = { client: createDocumentClient(), tableName };
const logger = new Logger({ serviceName: trackerName });

const dependencies: TickDependencies = {
  settings: { intervalSeconds, source: sourceName(nocodb) },
  clock: systemClock,
  gate: new DynamoControlItem(table),
  payments: new DynamoPendingPayments({
    ...table,
    confirmedBy: 'tick',
    shards,
    paidDays: retention.paidDays,
  }),
  source: createRecordSource(nocodb, {
    token: createSsmToken(tokenParameterName),
    clock: systemClock,
    random: Math.random,
  }),
  observe: combineObservers(
    createLogObserver(logger),
    createMetricsObserver(createMetrics(trackerName), intervalSeconds),
  ),
  seenNews: new SeenNews(),
  // Shorter than a UUID: the control item has to fit one write unit.
  newOwner: () => randomBytes(12).toString('base64url'),
};

dependencies.observe({ type: 'tracker.started', intervalSeconds });

/** One tick. When it fails, this throws, so that the loop, the metrics of Lambda and the alarms show it. */
export function handler(_event: unknown, context: Context): Promise<TickResult> {
  logger.addContext(context);
  return tick(dependencies);
}
