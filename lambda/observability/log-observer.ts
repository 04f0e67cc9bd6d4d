import { TrackerError } from '../tracker/errors.ts';
import type { Observer, TrackerEvent } from '../tracker/events.ts';
import { describeEvent } from './describe-event.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** The methods of a logger that are used; the logger of Powertools has them. */
export type EventLogger = Readonly<Record<Level, (message: string, fields: Record<string, unknown>) => void>>;

/**
 * Creates an observer that logs every event: `message` is the line for people, and the other fields are those of the
 * event (`type`, `payment`, `checked`, …), for queries. An error is one field, `error`, with its kind, operation, target,
 * hint, stack and causes. A field that is absent is 0 or `false`, or stands in the message and is used in no query.
 *
 * @example
 * createLogObserver(new Logger({ serviceName: 'payments' }));
 */
export function createLogObserver(logger: EventLogger): Observer {
  return (event) => {
    const message = describeEvent(event);
    if (message !== undefined) logger[levelOf(event)](message, withoutZeros(fieldsOf(event)));
  };
}

function fieldsOf(event: TrackerEvent): Record<string, unknown> {
  switch (event.type) {
    case 'tick.failed':
      return { ...event, error: loggableError(event.error) };
    case 'nocodb.request':
      return { type: event.type, recordIds: event.recordIds };
    case 'nocodb.response': {
      const { method, endpoint, totals, ...fields } = event;
      return fields;
    }
    default:
      return { ...event };
  }
}

function withoutZeros(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0 && value !== false));
}

function levelOf(event: TrackerEvent): Level {
  switch (event.type) {
    case 'tick.failed':
    case 'payment.ownerMismatch':
      return 'error';
    case 'payment.missing':
    case 'payment.invalid':
    case 'tick.leaseLost':
    case 'gate.passedOver':
    case 'webhook.refused':
      return 'warn';
    case 'tick.skipped':
      // By design, once a minute an execution of the loop finds a slot that already has its tick.
      return event.reason === 'blocked' ? 'warn' : 'debug';
    case 'nocodb.response':
      return event.outcome === 'ok' ? 'info' : 'warn';
    default:
      return 'info';
  }
}

/** Errors that are logged of a chain of causes. */
const MAX_DEPTH = 4;

/**
 * The fields of an error for the log. They are named one by one: errors of HTTP clients may carry the request with its
 * headers, and so the token.
 */
export function loggableError(error: unknown, depth: number = MAX_DEPTH): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  return {
    name,
    message,
    ...(error instanceof TrackerError && {
      kind: error.kind,
      operation: error.operation,
      target: error.target,
      hint: error.hint,
    }),
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && depth > 1 && { cause: loggableError(cause, depth - 1) }),
  };
}
