import type { ControlState } from './gate.ts';

/**
 * What ticks remember, without what they learned about another source than the one at hand: where to go on asking,
 * how far a round came, whether there is a bulk list. Counters stay, and so does the age of the data.
 *
 * An audit is left out of the count, so that a record missed in the other source is not taken for missed twice in a row.
 *
 * @param source the source at hand; `undefined`: it never changes
 * @param now epoch milliseconds
 */
export function forgetOtherSource(
  control: ControlState,
  source: string | undefined,
  now: number,
): ControlState {
  if (source === undefined || control.source === undefined || control.source === source) return control;
  const { cursor: _cursor, round: _round, bulkList: _bulkList, audit, ...kept } = control;
  return { ...kept, ...(audit && { audit: { number: audit.number + 1, startedAt: now } }) };
}
