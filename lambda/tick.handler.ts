import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { createSsmToken } from './aws/ssm-token.ts';
import { createRecordSource, sourceName, toWatchedTable } from './nocodb/record-source.ts';
import { createLogObserver } from './observability/log-observer.ts';
import { createLogger } from './observability/logger.ts';
import { createMetrics, createMetricsObserver } from './observability/metrics.ts';
import { readSettings } from './settings/read-settings.ts';
import { toTrackerSettings } from './settings/read-tracker-settings.ts';
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
const logger = createLogger(trackerName);

const dependencies: TickDependencies = {
  settings: { intervalSeconds, source: sourceName(nocodb), table: toWatchedTable(nocodb) },
  clock: systemClock,
  gate: new DynamoControlItem(table),
  payments: new DynamoPendingPayments({
    ...table,
    confirmedBy: 'tick',
    shards,
    paidDays: retention.paidDays,
  }),
  source: createRecordSource(nocodb, {
    token: createSsmToken({ parameterName: tokenParameterName, clock: systemClock, logger }),
    clock: systemClock,
    random: Math.random,
  }),
  observe: combineObservers(
    createLogObserver(logger),
    createMetricsObserver(createMetrics(trackerName), intervalSeconds),
  ),
  seenNews: new SeenNews(),
  newOwner: randomUUID,
};

dependencies.observe({ type: 'tracker.started', intervalSeconds });

/** One tick. When it fails, this throws, so that the loop, the metrics of Lambda and the alarms show it. */
export function handler(_event: unknown, context: Context): Promise<TickResult> {
  logger.addContext(context);
  return tick(dependencies);
}
