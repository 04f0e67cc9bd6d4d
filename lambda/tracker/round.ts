import type { AuditState, ControlState, Round } from './gate.ts';

/** How often an audit begins: 10 minutes, in milliseconds. */
export const AUDIT_EVERY = 10 * 60_000;

/** After so many audits in a row without its record, a payment is missing. */
export const MISSES_UNTIL_MISSING = 3;

/**
 * The round that a tick works on: the one under way, or a new one. A new one is an audit when the last audit began long
 * enough ago; the first round of all only starts that wait.
 *
 * @param every how often an audit begins, milliseconds
 */
export function currentRound(
  { round, audit }: Pick<ControlState, 'round' | 'audit'>,
  now: number,
  every: number,
): { readonly round: Round; readonly audit: AuditState } {
  if (audit === undefined)
    return { round: { startedAt: now, answered: 0 }, audit: { number: 0, startedAt: now } };
  if (round !== undefined) return { round, audit };
  if (now - audit.startedAt < every) return { round: { startedAt: now, answered: 0 }, audit };
  const number = audit.number + 1;
  return { round: { startedAt: now, answered: 0, audit: number }, audit: { number, startedAt: now } };
}

/**
 * The round after a tick: `undefined` once everything pending has been answered for.
 *
 * Ticks of a round ask for the ids in turn, so that as many answers as there are pending ids mean each had its turn.
 */
export function advanceRound(round: Round, answered: number, pending: number): Round | undefined {
  const total = round.answered + answered;
  return total >= pending ? undefined : { ...round, answered: total };
}
