import type { TrackerError } from '../../tracker/errors.ts';
import type { HttpMethod } from '../../tracker/record-source.ts';
import type { CallNames } from './failure.ts';
import type { Refusal } from './refusal.ts';

/** One call of NocoDB's API. */
export interface ApiCall<T> {
  /** `list records`. */
  readonly operation: string;
  readonly method: HttpMethod;
  /** Path below the API's address, with a leading slash. */
  readonly path: string;
  /** Encoded, without the question mark. */
  readonly query?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The query or body, shortened for reading. */
  readonly params: string;
  /** How many record ids it asks for. */
  readonly recordIds: number;
  /** Whether sending it twice does no harm. Otherwise it is repeated only when it was never sent. */
  readonly repeatable: boolean;
  /** Reads a successful answer. @throws {UnexpectedShapeError} */
  read(answer: unknown): Reading<T>;
  /** What this call makes of a refusal, before the general rules do. */
  readRefusal?(refusal: Refusal, names: CallNames): Reading<T> | TrackerError | undefined;
}

/** What an answer says, and how many records are in it. */
export interface Reading<T> {
  readonly value: T;
  readonly records: number;
}
