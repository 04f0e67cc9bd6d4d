import { describe, expect, it } from 'vitest';
import {
  ErrorResponse,
  isFieldUnknown,
  isFieldUnsuitable,
  isGatewayTimeout,
  isInternalError,
  isPassing,
  isPathUnknown,
  isQueryRefused,
  isQuotaUsedUp,
  isTableGone,
  isTooLong,
  readErrorResponse,
  shorten,
} from '../../../lambda/nocodb/error-response.ts';

/** An error response of NocoDB. */
function answer(status: number, body: object = {}) {
  return readErrorResponse(status, JSON.stringify(body));
}

const error = (status: number, code: string, more: object = {}) => answer(status, { error: code, ...more });
const database = (code: string, status = 400) => error(status, 'ERR_DATABASE_OP_FAILED', { code });

describe('an error response', () => {
  it.each([
    [
      404,
      { error: 'ERR_TABLE_NOT_FOUND', message: 'No table.' },
      'the server answered 404 ERR_TABLE_NOT_FOUND: No table',
    ],
    [
      400,
      { error: 'ERR_DATABASE_OP_FAILED', message: 'Bad', code: '22P02' },
      'the server answered 400 ERR_DATABASE_OP_FAILED 22P02: Bad',
    ],
    [401, { msg: 'Who are you?' }, 'the server answered 401: Who are you?'],
    [500, {}, 'the server answered 500'],
    [404, { error: 'Not Found', message: 7, msg: 'Gone' }, 'the server answered 404: Gone'],
    // Codes are words in capitals, and nothing else.
    [404, { error: 'No ERR_X', code: 7 }, 'the server answered 404'],
    [404, { error: 'ERR_X1' }, 'the server answered 404'],
  ])('%i %j says "%s"', (status, body, message) => {
    expect(answer(status, body)).toMatchObject({ message, fromNocoDb: true, name: 'ErrorResponse' });
  });

  it.each([
    ['"as a text"', 'as a text'],
    ['<html><title lang="en">502 Bad\n Gateway</title>', '502 Bad Gateway'],
    [`${' '.repeat(4096)}<title>Too far</title>`, ''],
    ['[1]', ''],
    ['', ''],
    ['null', ''],
  ])('%j is not in the form of NocoDB, and its reason is %j', (body, reason) => {
    expect(readErrorResponse(502, body)).toMatchObject({
      reason,
      fromNocoDb: false,
      code: undefined,
      databaseCode: undefined,
      message: `the server answered 502${reason === '' ? '' : `: ${reason}`}`,
    });
  });

  it('does not repeat the query of an unknown path', () => {
    expect(answer(404, { msg: 'Cannot GET /api/v2/x?where=(Id,in,1) now' }).reason).toBe(
      'Cannot GET /api/v2/x now',
    );
    expect(answer(404, { msg: 'I Cannot GET /x?a=1' }).reason).toBe('I Cannot GET /x?a=1');
  });

  it('is a line of at most 200 characters', () => {
    expect(shorten(`  a\n\t\u0007 b${'c'.repeat(197)}`)).toBe(`a b${'c'.repeat(197)}`);
    expect(shorten('d'.repeat(201))).toBe(`${'d'.repeat(200)}…`);
    expect(shorten('abc', 2)).toBe('ab…');
  });

  it('is an error that can be made by hand', () => {
    const fields = { status: 400, code: 'ERR_X', databaseCode: '1', reason: 'Because.', fromNocoDb: false };
    expect(new ErrorResponse(fields)).toMatchObject({
      ...fields,
      message: 'the server answered 400 ERR_X 1: Because',
    });
  });
});

const KINDS = {
  isTableGone,
  isFieldUnknown,
  isFieldUnsuitable,
  isPathUnknown,
  isQuotaUsedUp,
  isTooLong,
  isGatewayTimeout,
  isQueryRefused,
  isInternalError,
  isPassing,
};
type Kind = keyof typeof KINDS;

describe('what an error response means', () => {
  it.each<[string, ReturnType<typeof answer>, readonly Kind[]]>([
    ['a table that is gone, in v2', error(404, 'TABLE_NOT_FOUND'), ['isTableGone']],
    ['a table that is gone, in v3', error(422, 'ERR_TABLE_NOT_FOUND'), ['isTableGone', 'isQueryRefused']],
    ['a base that is gone, in v3', error(422, 'ERR_BASE_NOT_FOUND'), ['isTableGone', 'isQueryRefused']],
    ['any other 404 with a code', error(404, 'ERR_GENERIC_NOT_FOUND'), ['isTableGone']],
    ['a table that the database lacks', database('', 404), ['isPassing']],
    [
      'a table that the database lacks, in words',
      error(400, 'ERR_DATABASE_OP_FAILED', { message: "The table 'x' does not exist." }),
      ['isTableGone', 'isPassing'],
    ],
    [
      'words about a table elsewhere',
      error(400, 'ERR_DATABASE_OP_FAILED', { message: "Oh: The table 'x' does not exist." }),
      ['isPassing'],
    ],
    ['a field that is gone, in v2', error(404, 'ERR_FIELD_NOT_FOUND'), ['isFieldUnknown']],
    [
      'a filter about no field, in v3',
      error(422, 'ERR_INVALID_FILTER'),
      ['isFieldUnknown', 'isQueryRefused'],
    ],
    [
      'an alias of no field',
      answer(422, { msg: "Column alias 'x' not found" }),
      ['isFieldUnknown', 'isQueryRefused'],
    ],
    ['an alias of no field as a 400', answer(400, { msg: "Column alias 'x' not found" }), ['isQueryRefused']],
    ['words before an alias', answer(422, { msg: "Oh: Column alias 'x' not found" }), ['isQueryRefused']],
    [
      'a column that the database lacks',
      error(400, 'DATABASE_OP_FAILED', { message: "The column 'x' does not exist." }),
      ['isFieldUnknown', 'isPassing'],
    ],
    [
      'words before a column',
      error(400, 'DATABASE_OP_FAILED', { message: "Oh: The column 'x' does not exist." }),
      ['isPassing'],
    ],
    [
      'a comparison that the type does not allow',
      error(422, 'ERR_FILTER_VERIFICATION_FAILED', {
        message: 'Operation checked is not supported for type',
      }),
      ['isFieldUnsuitable', 'isQueryRefused'],
    ],
    [
      'a filter that is wrong otherwise',
      error(422, 'ERR_FILTER_VERIFICATION_FAILED', { message: 'Whatever' }),
      ['isQueryRefused'],
    ],
    ['an operator that PostgreSQL does not know', database('42883'), ['isFieldUnsuitable', 'isPassing']],
    ['no path', answer(404, { msg: 'Cannot GET /x' }), ['isPathUnknown']],
    ['no method', answer(405), ['isPathUnknown']],
    ['a path that is gone', answer(410), ['isPathUnknown']],
    ['no path, with the code of v3', error(404, 'NOT_FOUND'), ['isPathUnknown']],
    ['a plan whose calls are used up', error(403, 'ERR_PLAN_LIMIT_EXCEEDED'), ['isQuotaUsedUp']],
    ['a body that is too large', answer(413), ['isTooLong']],
    ['a URL that is too long', answer(414), ['isTooLong']],
    ['headers that are too large', answer(431), ['isTooLong']],
    [
      'headers that are too large for nginx',
      readErrorResponse(400, '<title>400 Request Header Or Cookie Too Large</title>'),
      ['isTooLong'],
    ],
    ['a request that came too slowly', answer(408), ['isGatewayTimeout', 'isPassing']],
    ['a proxy that waited too long', answer(504), ['isGatewayTimeout', 'isPassing']],
    ['a refused query, in v2', answer(400), ['isQueryRefused']],
    ['a refused query, in v3', answer(422), ['isQueryRefused']],
    ['a refusal that is not NocoDB’s', readErrorResponse(400, 'no'), []],
    ...[
      '22P02',
      '23505',
      'ER_WRONG_VALUE',
      'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
      'ER_WARN_DATA_OUT_OF_RANGE',
      'SQLITE_MISMATCH',
      'SQLITE_RANGE',
      'SQLITE_CONSTRAINT',
    ].map((code): [string, ReturnType<typeof answer>, readonly Kind[]] => [
      `a value: ${code}`,
      database(code),
      ['isQueryRefused', 'isPassing'],
    ]),
    ...['57P01', 'ECONNREFUSED', 'SQLITE_BUSY', 'X22P02', '22P021', 'ER_LOCK_DEADLOCK', 'xSQLITE_RANGE'].map(
      (code): [string, ReturnType<typeof answer>, readonly Kind[]] => [
        `a database in trouble: ${code}`,
        database(code),
        ['isPassing'],
      ],
    ),
    ['a database in trouble without a code', error(400, 'ERR_DATABASE_ERROR'), ['isPassing']],
    ['a database in trouble as a 500', database('22P02', 500), ['isPassing']],
    ['a connected database in trouble', error(400, 'ERR_IN_EXTERNAL_DATA_SOURCE'), ['isPassing']],
    [
      'a connected database that is slow',
      error(408, 'ERR_EXTERNAL_DATA_SOURCE_TIMEOUT'),
      ['isGatewayTimeout', 'isPassing'],
    ],
    ['a 500 without a reason', error(500, 'ERR_INTERNAL_SERVER'), ['isInternalError', 'isPassing']],
    ['the same with another status', error(502, 'INTERNAL_SERVER'), ['isPassing']],
    ['another 500', answer(500), ['isPassing']],
    ['nothing of these', answer(418), []],
    ['499', answer(499), []],
  ])('%s', (_, given, kinds) => {
    const found = Object.entries(KINDS).filter(([, isKind]) => isKind(given));

    expect(found.map(([kind]) => kind)).toEqual(kinds);
  });
});
