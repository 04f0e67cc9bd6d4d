import { TrackerError } from '../tracker/errors.ts';

/** Causes of causes that are still of interest. */
const DEPTH = 4;

/**
 * What of an error goes into the log: named properties only. Errors of HTTP clients may carry the request with its
 * headers, and so the token.
 */
export function loggableError(error: unknown, depth: number = DEPTH): Record<string, unknown> {
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
      wayOut: error.wayOut,
    }),
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && depth > 1 && { cause: loggableError(cause, depth - 1) }),
  };
}
