import { ApiError } from './api-error.ts';

/** Codes that are a 404 in v2 and a 422 in v3 (`ncErrorV3.ts` of NocoDB). */
const MISSING = /^ERR_(?:BASE|TABLE|FIELD)_NOT_FOUND$/;

/**
 * An error of v2 as v3 gives it (measured on 0.301.3): all have a code, except for a 500.
 *
 * @param isNewer whether records that do not exist are a 422 too, as NocoDB's documentation says of newer versions
 */
export function toV3({ status, body }: ApiError, isNewer: boolean): ApiError {
  const { error, msg, ...others } = body as { error?: string; msg?: string };
  if (error === 'ERR_RECORD_NOT_FOUND' && isNewer) return new ApiError(422, body);
  if (error !== undefined) {
    return new ApiError(MISSING.test(error) || error === 'ERR_DATABASE_OP_FAILED' ? 422 : status, body);
  }
  if (status >= 500) return new ApiError(status, { message: msg, ...others });
  if (status === 404) return new ApiError(404, { error: 'NOT_FOUND', message: msg });
  if (status === 422)
    return new ApiError(422, { error: 'ERR_INVALID_FILTER', message: `Invalid filter: ${msg}` });
  return new ApiError(422, { error: 'ERR_INVALID_VALUE_FOR_FIELD', message: msg });
}
