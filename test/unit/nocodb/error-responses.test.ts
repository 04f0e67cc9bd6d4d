import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RateLimitedError } from '../../../lambda/tracker/errors.ts';
import { type Answer, json, startHttpServer, text } from '../../support/http-server.ts';
import { ERROR_RESPONSES, PASSING, TIMEOUTS } from './error-responses.ts';
import { failureOf, query, sourceFor, TOKEN } from './fixtures.ts';

describe('a refused list', () => {
  it.each(ERROR_RESPONSES)(
    'for %s is not repeated and says what to do',
    async (_name, answer, kind, words) => {
      // Prepare
      const server = await startHttpServer(answer);
      const { source, within, events } = sourceFor(server.url);

      // Act
      const error = await failureOf(source.list(query(['1']), within()));

      // Assess
      expect(error.kind).toBe(kind);
      expect(error.message).toContain(words);
      expect(error.message).toContain(
        `list records [GET ${server.url}/api/v2/tables/mpayments000001/records]: `,
      );
      expect(error.message).not.toContain('where=');
      expect(error.hint).not.toBe('');
      expect(server.requests).toHaveLength(1);
      expect(events.at(-1)).toMatchObject({ type: 'nocodb.response', outcome: 'failed', records: 0 });
    },
  );

  it.each(PASSING)('for %s is repeated twice', async (_name, answer) => {
    const server = await startHttpServer(answer);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('ServerFault');
    expect(server.requests).toHaveLength(3);
  });

  it.each(TIMEOUTS)('for %s is a server fault, and not repeated', async (_name, answer) => {
    const server = await startHttpServer(answer);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('ServerFault');
    expect(server.requests).toHaveLength(1);
  });

  it('never shows the token, even when the server echoes it', async () => {
    const echo: Answer = (response, request) => {
      const token = request.headers['xc-token'];
      response.writeHead(403, { 'x-echo': token }).end(JSON.stringify({ msg: `got ${token}` }));
    };
    const server = await startHttpServer(echo);
    const { source, within, events } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.message).toContain('got [token]');
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(TOKEN);
    expect(JSON.stringify(events)).not.toContain(TOKEN);
  });
});

describe('a 429', () => {
  it.each<[string, Record<string, string>, number]>([
    ['without Retry-After', {}, 30_000],
    ['with Retry-After', { 'retry-after': '90' }, 90_000],
    ['with a named Retry-After', { 'retry-after-user': '45' }, 45_000],
  ])('%s ends the call at once and says when the penalty is over', async (_name, headers, penalty) => {
    const server = await startHttpServer(json(429, 'ThrottlerException: Too Many Requests', headers));
    const { source, within, events, clock } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('RateLimited');
    expect((error as RateLimitedError).retryAt).toBe(clock.now() + penalty);
    expect(error.message).toContain('ThrottlerException');
    expect(server.requests).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ outcome: 'rateLimited', status: 429 });
  });
});

describe('a refused bulk list', () => {
  const unsupported: [string, Answer][] = [
    ['an unknown path', json(404, { msg: 'Cannot POST /api/v2/tables/m1/bulk/datalist' })],
    ['a proxy that knows no such path', text(404, '<h1>Not Found</h1>')],
    ['a method that is not allowed', text(405, '')],
    ['something not implemented', text(501, '')],
    ['a body it does not know', json(400, { msg: 'Invalid bulkFilterList' })],
    ['a proxy that wants no body', text(400, '<h1>Bad Request</h1>')],
  ];

  it.each(unsupported)('for %s means that the server has none', async (_name, answer) => {
    const server = await startHttpServer(answer);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.listMany([query(['1'])], within()));

    expect(error.kind).toBe('BulkListUnsupported');
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['an unknown table', json(404, { error: 'ERR_TABLE_NOT_FOUND', message: 'Table' }), 'TableNotFound'],
    ['an unknown field', json(404, { error: 'ERR_FIELD_NOT_FOUND', message: 'Field' }), 'FieldNotFound'],
    [
      'a bad id',
      json(400, { error: 'ERR_DATABASE_OP_FAILED', message: 'Invalid value', code: '22P02' }),
      'InvalidQuery',
    ],
    ['a bad token', json(401, {}), 'TokenRejected'],
    ['a body too large', text(413, ''), 'UrlTooLong'],
  ])('for %s keeps its meaning', async (_name, answer, kind) => {
    const server = await startHttpServer(answer);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.listMany([query(['1'])], within()));

    expect(error.kind).toBe(kind);
  });
});
