import { describe, expect, it } from 'vitest';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { TokenUnavailableError } from '../../../lambda/tracker/errors.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import { page } from './answers.ts';
import { failureOf, query, sourceFor } from './fixtures.ts';

const DETAILS = { operation: 'read token', target: 'SSM parameter /a', problem: 'away', hint: 'Wait.' };
const PAID = page([{ Id: 1, Paid: 1 }]);

describe('a token', () => {
  const rejected = json(401, { error: 'ERR_AUTHENTICATION_REQUIRED', message: 'Invalid token' });

  function changingToken(first: string, second: string) {
    const calls = { get: 0, refresh: 0 };
    return {
      calls,
      token: {
        get: async () => {
          calls.get += 1;
          return first;
        },
        refresh: async () => {
          calls.refresh += 1;
          return second;
        },
      },
    };
  }

  it('that is rejected is read anew, and the call sent once more with the new one', async () => {
    const server = await startHttpServer(rejected, PAID);
    const { token, calls } = changingToken('old', 'new\n');
    const { source, within } = sourceFor(server.url, {}, { token });

    await source.list(query(['1']), within());

    expect(server.requests.map(({ headers }) => headers['xc-token'])).toEqual(['old', 'new']);
    expect(calls).toEqual({ get: 1, refresh: 1 });
  });

  it('that is rejected and has not changed is not tried again', async () => {
    const server = await startHttpServer(rejected);
    const { token, calls } = changingToken('old', 'old');
    const { source, within } = sourceFor(server.url, {}, { token });

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('TokenRejected');
    expect(server.requests).toHaveLength(1);
    expect(calls.refresh).toBe(1);
  });

  it('whose successor is rejected too is refreshed only once', async () => {
    const server = await startHttpServer(rejected);
    const { token, calls } = changingToken('old', 'new');
    const { source, within } = sourceFor(server.url, {}, { token });

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('TokenRejected');
    expect(server.requests).toHaveLength(2);
    expect(calls).toEqual({ get: 1, refresh: 1 });
  });

  it('that cannot be read is reported as the error of where it is stored, and nothing is sent', async () => {
    const unavailable = new TokenUnavailableError(DETAILS);
    const server = await startHttpServer(PAID);
    const token = { get: () => Promise.reject(unavailable), refresh: () => Promise.reject(unavailable) };
    const { source, within } = sourceFor(server.url, {}, { token });

    expect(await failureOf(source.list(query(['1']), within()))).toBe(unavailable);
    expect(server.requests).toHaveLength(0);
  });

  it('that is rejected while no other can be read does not count as rejected: it may have been replaced', async () => {
    const unavailable = new TokenUnavailableError(DETAILS);
    const server = await startHttpServer(rejected);
    const token = { get: async () => 'old', refresh: () => Promise.reject(unavailable) };
    const { source, within } = sourceFor(server.url, {}, { token });

    expect(await failureOf(source.list(query(['1']), within()))).toBe(unavailable);
    expect(server.requests).toHaveLength(1);
  });

  it.each(['', ' \n', 'two words', 'tökén', 'line\nbreak'])(
    '%j is refused without being shown or sent',
    async (value) => {
      const server = await startHttpServer(PAID);
      const { source, within } = sourceFor(server.url, {}, { token: fixedToken(value) });

      const error = await failureOf(source.list(query(['1']), within()));

      expect(error.kind).toBe('TokenRejected');
      if (value.trim() !== '') expect(error.message).not.toContain(value);
      expect(server.requests).toHaveLength(0);
    },
  );
});
