import type { TrackerError } from '../../tracker/errors.ts';

/**
 * Whether a failed attempt may be followed by another.
 *
 * - `never`: the next answer would be the same, or must not be asked for.
 * - `atOnce`: the connection was stale; a new one has every chance. Only once.
 * - `later`: after a back-off.
 */
export type Repeat = 'never' | 'atOnce' | 'later';

/** What came of an attempt that failed. */
export interface Failure {
  readonly error: TrackerError;
  readonly repeat: Repeat;
}

/** What came of an attempt. */
export type Attempt<T> = { readonly value: T } | Failure;

/** The words of an error that every failure of one call shares. */
export interface CallNames {
  /** `list records`. */
  readonly operation: string;
  /** Method and URL without the query. */
  readonly target: string;
}
