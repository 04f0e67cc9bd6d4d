import { createSsmToken } from '../aws/ssm-token.ts';
import { consoleObserver, PaymentTracker } from '../client/index.ts';
import { createRecords } from '../nocodb/records.ts';
import { parseTrackerSettings } from '../settings/tracker-settings.ts';
import { systemClock } from '../tracker/clock.ts';

/** Milliseconds that NocoDB has to create a record; the user is waiting. */
const TIMEOUT_MS = 10_000;

const { nocodb, tokenParameterName, shards, retention } = parseTrackerSettings(process.env);
const records = createRecords(nocodb, {
  token: createSsmToken(tokenParameterName),
  clock: systemClock,
  random: Math.random,
});
const payments = new PaymentTracker({
  tableName: process.env.PAYMENT_TABLE_NAME ?? '',
  shards,
  retention,
  observe: consoleObserver(),
});

export interface CreatePaymentEvent {
  readonly userId: number | string;
  /** What is to be paid. */
  readonly title?: string;
}

/** Example bot, part one: a user wants to pay. Creates the record that will be ticked as paid, and tracks it. */
export async function handler({ userId, title }: CreatePaymentEvent): Promise<{ recordId: string }> {
  const fields = { Title: title ?? `Payment of ${userId}`, [nocodb.ownerField ?? 'TG ID']: String(userId) };
  const recordId = await records.create(fields, { deadline: Date.now() + TIMEOUT_MS, report: () => {} });
  await payments.track(userId, recordId);
  return { recordId };
}
