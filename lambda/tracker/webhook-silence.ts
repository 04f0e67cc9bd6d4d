import type { ControlState } from './control-state.ts';
import { WebhookSilentError } from './errors.ts';
import { fromName } from './payment.ts';
import type { PendingPayments } from './pending-payments.ts';

/**
 * After this many payments in a row that the webhook should have reported and ticks confirmed, it is silent. NocoDB sends
 * each call once, so that one that is lost now and then is no sign of it.
 */
export const SILENT_AFTER = 4;

/** Whether ticks have confirmed many payments since the webhook last reported something. */
export function isWebhookSilent({ unreported = 0 }: Pick<ControlState, 'unreported'>): boolean {
  return unreported >= SILENT_AFTER;
}

/**
 * How many of these payments the webhook should have reported: those that were already tracked when the last successful
 * tick found them unpaid. None, if it has reported something since the last tick: it is not silent then.
 *
 * @param confirmed the payments that this tick has confirmed, by `nameOf`
 */
export async function countUnreported(
  confirmed: ReadonlySet<string>,
  { lastSuccessAt = 0, lastTickAt = 0, reportedAt = 0 }: ControlState,
  payments: Pick<PendingPayments, 'trackedAt'>,
): Promise<number> {
  if (confirmed.size === 0 || reportedAt >= lastTickAt) return 0;
  const trackedAt = await payments.trackedAt([...confirmed].map(fromName));
  return [...trackedAt.values()].filter((at) => at < lastSuccessAt).length;
}

/** The error of a tick that has confirmed payments while the webhook is silent; all else is done. */
export function webhookSilence(
  { unreported: before = 0 }: ControlState,
  unreported: number,
): WebhookSilentError | undefined {
  const inRow = before + unreported;
  if (unreported === 0 || !isWebhookSilent({ unreported: inRow })) return undefined;
  return new WebhookSilentError({
    operation: 'confirm payments',
    target: "NocoDB's webhook",
    problem: `ticks have confirmed ${inRow} payments that the webhook did not report, and it reported nothing meanwhile`,
    hint: 'Run payment-tracker webhook install again, and see the log of the webhook function and the calls that NocoDB lists for its webhook. Until it reports again, the tracker asks at least every minute.',
  });
}
