import { expect, test } from 'vitest';
import type { FunctionAnswer } from '../../../infra/cli/aws/aws.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeOutputs } from './support/fake-outputs.ts';
import { run } from './support/run.ts';

const NOW = Date.UTC(2026, 0, 1);

function prepare(answer: FunctionAnswer) {
  const called: string[] = [];
  return {
    called,
    parts: {
      clock: new FakeClock(NOW),
      stackOutputs: async () => fakeOutputs({ TickFunctionName: 'Tick-1' }),
      invokeFunction: async (name: string) => {
        called.push(name);
        return answer;
      },
    },
  };
}

const DONE = { outcome: 'done', checked: 45, confirmed: 8, pending: 37, resting: false };

test('tick calls the tick function of the stack and says what it did', async () => {
  const { called, parts } = prepare({ value: DONE });

  const { exitCode, out } = await run(['tick'], parts);

  expect(called).toEqual(['Tick-1']);
  expect(exitCode).toBe(0);
  expect(out).toBe('✔ Ticked: 45 checked, 8 confirmed, 37 pending\n');
});

test('tick --function names the function without a look at the stack', async () => {
  const { called, parts } = prepare({ value: DONE });

  await run(['tick', '--function', 'Mine'], {
    ...parts,
    stackOutputs: () => Promise.reject(new Error('not needed')),
  });

  expect(called).toEqual(['Mine']);
});

test('tick says when the loop rests', async () => {
  const { out } = await run(['tick'], prepare({ value: { ...DONE, resting: true } }).parts);

  expect(out).toContain('the loop rests');
});

test.for([
  ['held', 'The gate refused the tick: another tick runs, or this slot has had its tick; it opens in 8 s\n'],
  ['blocked', 'The gate refused the tick: NocoDB limits the rate; it opens in 8 s\n'],
])('a gate that is %s is no failure', async ([reason, text]) => {
  const answer = { value: { outcome: 'skipped', reason, until: NOW + 7500 } };

  expect(await run(['tick'], prepare(answer).parts)).toMatchObject({ exitCode: 0, out: text });
});

test('tick --json prints what the function answered', async () => {
  expect((await run(['tick', '--json'], prepare({ value: DONE }).parts)).json()).toEqual(DONE);
});

test('a tick that failed is told with its error, and fails the command', async () => {
  const error = 'list records: 401. Create a token.';

  const { exitCode, out, err } = await run(['tick'], prepare({ error }).parts);

  expect(exitCode).toBe(1);
  expect(out).toBe('');
  expect(err).toContain('The tick failed: list records: 401. Create a token. Nothing is lost');
});

test('a refused tick says in JSON when the gate opens, in ISO 8601', async () => {
  const answer = { value: { outcome: 'skipped', reason: 'held', until: NOW + 7500 } };

  const { json } = await run(['tick', '--json'], prepare(answer).parts);

  expect(json()).toEqual({ outcome: 'skipped', reason: 'held', until: '2026-01-01T00:00:07.500Z' });
});
