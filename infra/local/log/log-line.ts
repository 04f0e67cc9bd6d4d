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
  return { at: Number.isNaN(written) ? timestamp : written, text: entry.message };
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
