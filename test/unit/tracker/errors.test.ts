import { describe, expect, it } from 'vitest';
import * as errors from '../../../lambda/tracker/errors.ts';

const DETAILS = { operation: 'list records', target: 'GET fake', problem: 'it broke', hint: 'Mend it.' };

describe('an error of the tracker', () => {
  // Alarms, logs and the runbook know errors by these words.
  it.each([
    ['RateLimited', new errors.RateLimitedError({ ...DETAILS, retryAt: 7 })],
    ['QuotaUsedUp', new errors.QuotaUsedUpError({ ...DETAILS, retryAt: 7 })],
    ['TokenRejected', new errors.TokenRejectedError(DETAILS)],
    ['TokenUnavailable', new errors.TokenUnavailableError(DETAILS)],
    ['AccessDenied', new errors.AccessDeniedError(DETAILS)],
    ['TableNotFound', new errors.TableNotFoundError(DETAILS)],
    ['FieldNotFound', new errors.FieldNotFoundError(DETAILS)],
    ['EndpointNotFound', new errors.EndpointNotFoundError(DETAILS)],
    ['UrlTooLong', new errors.UrlTooLongError(DETAILS)],
    ['InvalidQuery', new errors.InvalidQueryError(DETAILS)],
    ['BulkListUnsupported', new errors.BulkListUnsupportedError(DETAILS)],
    ['ChangesUnsupported', new errors.ChangesUnsupportedError(DETAILS)],
    ['SourceLooksWrong', new errors.SourceLooksWrongError(DETAILS)],
    ['SourceChanged', new errors.SourceChangedError(DETAILS)],
    ['WebhookSilent', new errors.WebhookSilentError(DETAILS)],
    ['ServerFault', new errors.ServerFaultError(DETAILS)],
    ['Timeout', new errors.TimeoutError(DETAILS)],
    ['ConnectionFailed', new errors.ConnectionFailedError(DETAILS)],
    ['InvalidResponse', new errors.InvalidResponseError(DETAILS)],
    ['TableWriteFailed', new errors.TableWriteFailedError(DETAILS)],
  ] as const)('is known as %s', (kind, error) => {
    expect(errors.errorKind(error)).toBe(kind);
    expect(error.name).toBe(`${kind}Error`);
    expect(error).toMatchObject({ ...DETAILS, message: 'list records [GET fake]: it broke. Mend it.' });
    expect(error).not.toHaveProperty('cause');
    expect([error.smallerMayPass, error.idMayBeBad]).toEqual([false, false]);
  });

  it('keeps its cause, and what may help', () => {
    const cause = new Error('below');
    const error = new errors.TimeoutError({ ...DETAILS, cause, smallerMayPass: true, idMayBeBad: true });

    expect(error).toMatchObject({ cause, smallerMayPass: true, idMayBeBad: true });
  });

  it('of a penalty knows when the next request may be sent', () => {
    expect(new errors.RateLimitedError({ ...DETAILS, retryAt: 7 }).retryAt).toBe(7);
  });

  it('is unexpected when it is none of them', () => {
    expect(errors.errorKind(new TypeError('a bug'))).toBe('Unexpected');
    expect(errors.errorKind(undefined)).toBe('Unexpected');
  });
});

it('people have to mend these errors, and no other', () => {
  const others = errors.ERROR_KINDS.filter((kind) => !errors.ACTION_NEEDED.has(kind));

  expect([...errors.ACTION_NEEDED].every((kind) => errors.ERROR_KINDS.includes(kind))).toBe(true);
  expect(others).toEqual([
    'RateLimited',
    'UrlTooLong',
    'InvalidQuery',
    'BulkListUnsupported',
    'ChangesUnsupported',
    'ServerFault',
    'Timeout',
    'ConnectionFailed',
    'InvalidResponse',
    'TableWriteFailed',
    'TableUnavailable',
    'UnreadableRecord',
    'EventRefused',
    'PostFailed',
    'UnusableSecret',
    'Unexpected',
  ]);
});
