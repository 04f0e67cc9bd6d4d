import { expect, test } from 'vitest';
import { formatLogLine, logLine } from '../../../infra/local/log/follow-log.ts';

const AT = Date.parse('2026-03-01T12:00:05.250Z');

test('a JSON line shows its message at the time it was written, not the time it was delivered', () => {
  const fields = {
    level: 'INFO',
    timestamp: '2026-03-01T12:00:05.250Z',
    message: '🔍 Checking…',
    type: 'tick.started',
  };

  const line = logLine({ timestamp: AT + 900, message: JSON.stringify(fields) });

  expect(line).toEqual({ at: AT, text: '🔍 Checking…', fields });
});

test('a JSON line without a time of its own shows the time it was delivered', () => {
  expect(logLine({ timestamp: AT, message: '{"message":"hello"}' })).toMatchObject({ at: AT, text: 'hello' });
});

test.each(['boom\n    at file.js:1\n', '{"half": '])(
  'what is not JSON, like %j, is shown as it is',
  (message) => {
    expect(logLine({ timestamp: AT, message })).toEqual({ at: AT, text: message.trimEnd() });
  },
);

test.each([
  'START RequestId: 5c8d Version: $LATEST',
  'END RequestId: 5c8d',
  'REPORT RequestId: 5c8d\tDuration: 3 ms',
  '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"Pending":3}',
  '{"time":"2026-03-01T12:00:05Z","type":"platform.start","record":{}}',
  '\n',
])('%j is not for people', (message) => {
  expect(logLine({ timestamp: AT, message })).toBeUndefined();
});

test('a message of several lines stands in one column', () => {
  const at = new Date(2026, 2, 1, 9, 8, 7).getTime();

  expect(formatLogLine({ at, text: 'one\ntwo' })).toBe('09:08:07 one\n         two');
});
