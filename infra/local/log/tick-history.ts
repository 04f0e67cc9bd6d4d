import type { LogLine } from './follow-log.ts';

/**
 * - `done`: it asked NocoDB, and wrote what changed.
 * - `failed`: the text says why.
 * - `skipped`: its slot already had a tick.
 * - `penalty`: it sent nothing, because NocoDB's penalty for too many requests was not over.
 */
export type TickOutcome = 'done' | 'failed' | 'skipped' | 'penalty';

/** A tick of the past. */
export interface PastTick {
  /** When it ended, epoch milliseconds. */
  readonly at: number;
  readonly outcome: TickOutcome;
  /** Its line in the log. */
  readonly text: string;
}

/** The last ticks, as the log of the tick function tells them. */
export interface TickHistory {
  /** Notes a line of the log. Lines that do not end a tick are left out. */
  add(line: LogLine): void;
  /** At most {@link MAX_TICKS} ticks, the oldest first. */
  ticks(): readonly PastTick[];
  /**
   * Requests to NocoDB a minute, over the slots of the last minute (one slot if the interval is longer).
   *
   * @param now epoch milliseconds
   * @returns `undefined` before the first tick
   */
  requestsPerMinute(now: number): number | undefined;
}

export const MAX_TICKS = 30;

/** In a minute of the shortest interval there are 12 slots, and a tick or two that the gate refuses. */
const MAX_KEPT = 60;

export function createTickHistory(intervalSeconds: number): TickHistory {
  const kept: (PastTick & { readonly requests: number })[] = [];
  const slotOf = (at: number) => Math.floor(at / (intervalSeconds * 1000));
  return {
    add({ at, text, fields = {} }) {
      const outcome = outcomeOf(fields);
      if (outcome === undefined) return;
      kept.push({ at, text, outcome, requests: Number(fields.requests ?? 0) });
      // Lines of different executions of the loop can arrive in another order.
      kept.sort((one, other) => one.at - other.at);
      kept.splice(0, kept.length - MAX_KEPT);
    },
    ticks: () => kept.slice(-MAX_TICKS).map(({ at, outcome, text }) => ({ at, outcome, text })),
    requestsPerMinute(now) {
      const [first, last] = [kept[0], kept.at(-1)];
      if (first === undefined || last === undefined) return undefined;
      // The current slot counts as soon as its tick has ended.
      const end = Math.max(slotOf(last.at), slotOf(now) - 1);
      const slots = Math.max(1, Math.round(60 / intervalSeconds));
      const begin = Math.max(end - slots + 1, Math.min(slotOf(first.at), end));
      const requests = kept
        .filter(({ at }) => slotOf(at) >= begin)
        .reduce((sum, tick) => sum + tick.requests, 0);
      return (requests * 60) / ((end - begin + 1) * intervalSeconds);
    },
  };
}

function outcomeOf({ type, reason }: Readonly<Record<string, unknown>>): TickOutcome | undefined {
  if (type === 'tick.finished') return 'done';
  if (type === 'tick.failed') return 'failed';
  if (type === 'tick.skipped') return reason === 'blocked' ? 'penalty' : 'skipped';
  return undefined;
}
