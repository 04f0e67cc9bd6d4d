import { expect, test } from 'vitest';
import type { LogEvent } from '../../../infra/local/log/follow-log.ts';
import { followLog } from '../../../infra/local/log/follow-log.ts';

/** Follows a log whose readings are given, and returns what was printed and from when each reading was asked. */
async function follow(readings: readonly (readonly LogEvent[] | Error)[], since = 0) {
  const printed: string[] = [];
  const errors: unknown[] = [];
  const asked: number[] = [];
  const end = new AbortController();
  await followLog({
    read: async (from) => {
      asked.push(from);
      const reading = readings[asked.length - 1];
      if (asked.length === readings.length) end.abort();
      if (reading instanceof Error) throw reading;
      return (reading ?? []).filter(({ timestamp = 0 }) => timestamp >= from);
    },
    print: ({ text }) => printed.push(text),
    onError: (error) => errors.push(error),
    since,
    pollMilliseconds: 1,
    signal: end.signal,
  });
  return { printed, errors, asked };
}

function line(timestamp: number, message: string): LogEvent {
  return { logStreamName: 's', timestamp, message };
}

test('every line is printed once, although readings overlap', async () => {
  const first = [line(1000, 'a'), line(2000, 'b')];

  const { printed } = await follow([first, [...first, line(2000, 'c')], [...first, line(90_000, 'd')]]);

  expect(printed).toEqual(['a', 'b', 'c', 'd']);
});

test('lines of several functions come in the order they were written', async () => {
  const { printed } = await follow([[line(3, 'third'), line(1, 'first'), line(2, 'second')]]);

  expect(printed).toEqual(['first', 'second', 'third']);
});

test('readings move on, and leave time for lines that arrive late', async () => {
  const { asked, printed } = await follow([[line(100_000, 'a')], [line(80_000, 'late')], []], 50_000);

  expect(printed).toEqual(['a', 'late']);
  expect(asked).toEqual([50_000, 70_000, 70_000]);
});

test('an emulator that is away for a while is told about once, and nothing is missed', async () => {
  const away = new Error('ECONNREFUSED');

  const { printed, errors } = await follow([[line(1, 'a')], away, away, [line(2, 'b')], away, []]);

  expect(printed).toEqual(['a', 'b']);
  expect(errors).toHaveLength(2);
});
