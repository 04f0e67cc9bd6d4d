import { setTimeout as sleep } from 'node:timers/promises';

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

/** A line of a log as CloudWatch Logs keeps it. */
export interface LogEvent {
  readonly logStreamName?: string | undefined;
  readonly eventId?: string | undefined;
  /** Epoch milliseconds. */
  readonly timestamp?: number | undefined;
  readonly message?: string | undefined;
}

/** A line of a log as a person reads it. */
export interface LogLine {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly text: string;
  /** All fields of a JSON line: `type`, `level`, …. Absent for other lines. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** What Lambda itself writes around an invocation. */
const PLATFORM_LINE = /^(?:START|END|REPORT|INIT_START|EXTENSION|XRAY|TELEMETRY)\b/;

/**
 * The human form of a Lambda's log line: the `message` of our JSON, at the time it was written; what is not JSON, such
 * as the last words of a crash, as it is.
 *
 * @returns undefined for what is not meant for people: Lambda's own lines and metrics
 */
export function logLine(event: LogEvent): LogLine | undefined {
  const { message = '', timestamp = 0 } = event;
  if (message.trim() === '' || PLATFORM_LINE.test(message)) return undefined;
  const entry = parseObject(message);
  if (entry === undefined) return { at: timestamp, text: message.trimEnd() };
  if (typeof entry.message !== 'string') return undefined;
  const written = typeof entry.timestamp === 'string' ? Date.parse(entry.timestamp) : Number.NaN;
  return { at: Number.isNaN(written) ? timestamp : written, text: entry.message, fields: entry };
}

/** `HH:MM:SS message` in the reader's time zone, with the further lines of a message under its first. */
export function formatLogLine({ at, text }: LogLine): string {
  const time = new Date(at).toLocaleTimeString('en-GB');
  return `${time} ${text.replaceAll('\n', `\n${' '.repeat(time.length + 1)}`)}`;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
