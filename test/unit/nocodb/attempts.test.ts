import { describe, expect, it } from 'vitest';
import {
  type AttemptResult,
  type FailedAttempt,
  MAX_ATTEMPTS,
  withRetries,
} from '../../../lambda/nocodb/retry.ts';
import { InvalidResponseError, ServerFaultError } from '../../../lambda/tracker/errors.ts';
import { Pacer, REQUEST_SPACING_MS } from '../../../lambda/tracker/pacer.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import { page } from './answers.ts';
import { failureOf, query, RecordingClock, sourceFor } from './fixtures.ts';

const NAMES = { operation: 'list records', target: 'GET https://noco.example' };
const DETAILS = { ...NAMES, problem: 'it failed', hint: 'Look.' };
const FAULT: FailedAttempt = { error: new ServerFaultError(DETAILS), repeat: 'later' };
const RESET: FailedAttempt = { error: new InvalidResponseError(DETAILS), repeat: 'atOnce' };

/** A run of attempts that take a time each; notes when each began, and how much time it was given. */
function prepare({ takes = 0, random = 0, within = 10_000 }) {
  const clock = new RecordingClock(0);
  const attempts: { at: number; timeout: number }[] = [];
  const run = (...results: [AttemptResult<string>, ...AttemptResult<string>[]]) =>
    withRetries(
      async (timeout) => {
        const result = results[Math.min(attempts.length, results.length - 1)] as AttemptResult<string>;
        attempts.push({ at: clock.now(), timeout });
        clock.advance(takes);
        return result;
      },
      { clock, pacer: new Pacer(clock), random: () => random, deadline: within, names: NAMES },
    );
  return { attempts, run };
}

describe('attempts', () => {
  it('get all the time that is left', async () => {
    const { attempts, run } = prepare({ takes: 1000, random: 0.5 });

    await failureOf(run(FAULT));

    expect(attempts).toEqual([
      { at: 0, timeout: 10_000 },
      { at: 1200, timeout: 8800 },
      { at: 2600, timeout: 7400 },
    ]);
  });

  it.each([
    ['that fail', FAULT],
    ['that find a closed connection', RESET],
  ] as const)('%s are as far apart as other requests', async (_name, result) => {
    const { attempts, run } = prepare({ takes: 1 });

    await failureOf(run(result));

    const spacing = REQUEST_SPACING_MS;
    expect(attempts.map(({ at }) => at)).toEqual([0, spacing, 2 * spacing]);
    expect(attempts).toHaveLength(MAX_ATTEMPTS);
  });

  it('that take longer than that follow at once where the back-off is nothing', async () => {
    const { attempts, run } = prepare({ takes: 300 });

    await failureOf(run(FAULT));

    expect(attempts.map(({ at }) => at)).toEqual([0, 300, 600]);
  });

  it('do not begin at the deadline: the error of the last one counts', async () => {
    const { attempts, run } = prepare({ within: REQUEST_SPACING_MS });

    expect(await failureOf(run(FAULT))).toBe(FAULT.error);
    expect(attempts).toHaveLength(1);
  });

  it('end with the first success', async () => {
    const { attempts, run } = prepare({});

    expect(await run(FAULT, { value: 'done' })).toBe('done');
    expect(attempts).toHaveLength(2);
  });
});

describe('the requests of one source', () => {
  it('are as far apart, look-ups of fields and the repeat with another token included', async () => {
    const columns = [
      { id: 'cv1fwrbwqxcf1vf', title: 'Id', uidt: 'ID' },
      { id: 'cvrhexvtvgw5ifs', title: 'Paid', uidt: 'Checkbox' },
    ];
    const sentAt: number[] = [];
    const server = await startHttpServer(json(401, {}), json(200, { columns }), page([]));
    const token = { get: async () => 'old', refresh: async () => 'new' };
    const changes = { idField: 'cv1fwrbwqxcf1vf' };
    const { source, clock } = sourceFor(server.url, changes, { token });

    await source.list(query(['1']), {
      deadline: clock.now() + 10_000,
      report: ({ type }) => type === 'nocodb.request' && sentAt.push(clock.now()),
    });

    const [first = 0] = sentAt;
    expect(sentAt.map((at) => at - first)).toEqual([0, REQUEST_SPACING_MS, 2 * REQUEST_SPACING_MS]);
  });
});
