import type { ControlState } from './gate.ts';

/** A server without bulk lists is asked again after so long whether it has them now: an hour, in milliseconds. */
const LEARN_BULK_LIST_AGAIN_AFTER = 60 * 60_000;

/** Whether the server has bulk lists; `undefined`: to be found out (again). */
export function knownBulkList(known: ControlState['bulkList'], now: number): boolean | undefined {
  if (known === undefined || known.supported) return known?.supported;
  return now - known.learnedAt < LEARN_BULK_LIST_AGAIN_AFTER ? false : undefined;
}

/** What to remember about bulk lists after a tick. */
export function learnedBulkList(
  known: ControlState['bulkList'],
  learned: boolean | undefined,
  now: number,
): ControlState['bulkList'] {
  if (learned === undefined || learned === knownBulkList(known, now)) return known;
  return { supported: learned, learnedAt: now };
}
