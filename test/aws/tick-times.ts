import { slotOf } from '../../lambda/tracker/interval.ts';
import { quantile } from '../simulation/quantiles.ts';

/** A line of the log of a function. */
export interface LogLine {
  readonly message?: string | undefined;
}

/** How exactly the ticks ran, seconds. */
export interface TickTimes {
  readonly ticks: number;
  readonly failed: number;
  /** The most ticks in a slot. */
  readonly mostInSlot: number;
  readonly gap: Spread;
  /** From a slot to the start of its tick: the end of the wait, the call, and the start of an instance. */
  readonly lateness: Spread;
  readonly coldStarts: number;
  /** The same for the first tick of an instance. */
  readonly coldLateness: Spread;
}

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A tick belongs to the start of an instance before it, up to this long. */
const FIRST_TICK_WITHIN_MS = 5000;

/** Reads the times of ticks from the log of the tick function. @param from, to epoch milliseconds */
export function readTickTimes(
  lines: readonly LogLine[],
  intervalSeconds: number,
  { from, to }: { readonly from: number; readonly to: number },
): TickTimes {
  const events = lines
    .flatMap(({ message = '' }) => parse(message))
    .filter(({ at }) => at >= from && at <= to);
  const ended = events.filter(({ type }) => type === 'tick.finished' || type === 'tick.failed');
  const starts = ended.map(({ at, milliseconds = 0 }) => at - milliseconds).sort((a, b) => a - b);
  const instances = events.filter(({ type }) => type === 'tracker.started').map(({ at }) => at);
  const late = (start: number) => start - slotOf(start, intervalSeconds);
  const isFirst = (start: number) =>
    instances.some((at) => start >= at && start - at <= FIRST_TICK_WITHIN_MS);
  const slots = starts.map((start) => slotOf(start, intervalSeconds));
  return {
    ticks: starts.length,
    mostInSlot: Math.max(0, ...slots.map((slot) => slots.filter((other) => other === slot).length)),
    failed: ended.filter(({ type }) => type === 'tick.failed').length,
    gap: spread(starts.slice(1).map((start, index) => start - (starts[index] as number))),
    lateness: spread(starts.map(late)),
    coldStarts: instances.length,
    coldLateness: spread(starts.filter(isFirst).map(late)),
  };
}

/** @returns seconds; NaN of no values */
export function spread(milliseconds: readonly number[]): Spread {
  const seconds = (share: number) => quantile(milliseconds, share) / 1000;
  return { p50: seconds(0.5), p99: seconds(0.99), max: seconds(1) };
}

interface LoggedEvent {
  readonly type: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly milliseconds?: number;
}

function parse(message: string): LoggedEvent[] {
  if (!message.startsWith('{')) return [];
  const { type, timestamp, milliseconds } = JSON.parse(message) as Record<string, unknown>;
  if (typeof type !== 'string' || typeof timestamp !== 'string') return [];
  return [{ type, at: Date.parse(timestamp), ...(typeof milliseconds === 'number' && { milliseconds }) }];
}
