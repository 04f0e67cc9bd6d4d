import { setTimeout as sleep } from 'node:timers/promises';
import { type LogEvent, type LogLine, logLine } from './log-line.ts';

/** Lines arrive this much later than their time at the most: Lambda delivers them after an invocation. */
const LATE_MS = 30_000;

export interface FollowOptions {
  /** All lines written since a time, epoch milliseconds, in any order. */
  readonly read: (since: number) => Promise<readonly LogEvent[]>;
  readonly print: (line: LogLine) => void;
  /** Told about the first of several failures in a row; the reading goes on. */
  readonly onError: (error: unknown) => void;
  /** Lines before it are not shown, epoch milliseconds. */
  readonly since: number;
  /** @default 500 */
  readonly pollMilliseconds?: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Prints the lines that are added to a log, each once, those of one reading in the order of their times. */
export async function followLog(options: FollowOptions): Promise<void> {
  const { read, print, onError, signal, pollMilliseconds = 500 } = options;
  const seen = new Map<string, number>();
  let { since } = options;
  let failing = false;
  while (!signal.aborted) {
    try {
      const events = (await read(since)).filter((event) => !seen.has(identity(event)));
      failing = false;
      for (const event of events) seen.set(identity(event), event.timestamp ?? 0);
      for (const line of inOrder(events)) print(line);
      since = Math.max(since, latest(events) - LATE_MS);
      for (const [key, timestamp] of seen) if (timestamp < since) seen.delete(key);
    } catch (error) {
      if (!failing && !signal.aborted) onError(error);
      failing = true;
    }
    await sleep(pollMilliseconds, undefined, { signal }).catch(ignoreAbort);
  }
}

function inOrder(events: readonly LogEvent[]): LogLine[] {
  return events
    .map(logLine)
    .filter((line) => line !== undefined)
    .sort((one, other) => one.at - other.at);
}

function latest(events: readonly LogEvent[]): number {
  return events.reduce((time, { timestamp = 0 }) => Math.max(time, timestamp), 0);
}

/** LocalStack numbers events; MiniStack does not, but gives every invocation a stream of its own. */
function identity({ eventId, logStreamName, timestamp, message }: LogEvent): string {
  return eventId ?? `${logStreamName} ${timestamp} ${message}`;
}

function ignoreAbort(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error;
}
