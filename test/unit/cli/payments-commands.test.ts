import { expect, test } from 'vitest';
import { InvalidIdError } from '../../../lambda/tracker/errors.ts';
import { FakePayments } from './support/fake-payments.ts';
import { MemoryTerminal, run } from './support/run.ts';

function prepare() {
  const payments = new FakePayments();
  return { payments, parts: { payments: async () => payments } };
}

test('track watches a payment, and says whether it was known', async () => {
  const { payments, parts } = prepare();

  const first = await run(['track', '12345', 'rec_abc'], parts);
  const second = await run(['track', '12345', 'rec_abc'], parts);

  expect(first).toMatchObject({
    exitCode: 0,
    out: '📍 Tracking payment for user 12345 (record: rec_abc)\n',
  });
  expect(second.out).toBe('📍 Still tracking payment for user 12345 (record: rec_abc)\n');
  expect(payments.states).toEqual(new Map([['12345#rec_abc', 'pending']]));
});

test('track says when a payment is paid already', async () => {
  const { payments, parts } = prepare();
  payments.states.set('7#1', 'paid');

  const { out } = await run(['track', '7', '1'], parts);

  expect(out).toBe('✅ The payment of user 7 (record: 1) is paid already\n');
});

test('track --json prints the result of track()', async () => {
  const { json } = await run(['track', '-100', '1', '--json'], prepare().parts);

  expect(json()).toEqual({ userId: '-100', recordId: '1', status: 'pending', created: true });
});

test('an id that no payment can have is a wrong argument', async () => {
  const payments = new FakePayments();
  payments.track = async () => {
    throw new InvalidIdError('recordId', 'a,b', 'no commas');
  };

  const { exitCode, err } = await run(['track', '1', 'a,b'], { payments: async () => payments });

  expect(exitCode).toBe(2);
  expect(err).toContain('recordId "a,b" is not valid');
});

test('untrack forgets a payment', async () => {
  const { payments, parts } = prepare();
  payments.states.set('7#1', 'pending');

  const { exitCode, out } = await run(['untrack', '7', '1'], parts);

  expect(exitCode).toBe(0);
  expect(out).toBe('🔕 No longer tracking payment for user 7 (record: 1)\n');
  expect(payments.states.size).toBe(0);
});

test('untrack says when there was nothing to forget, and when a payment is paid', async () => {
  const { payments, parts } = prepare();
  payments.states.set('8#1', 'paid');

  expect((await run(['untrack', '7'], parts)).out).toBe('There was no payment of user 7 to untrack\n');
  expect((await run(['untrack', '8', '1'], parts)).out).toBe(
    '✅ The payment of user 8 (record: 1) is paid, and stays readable until it expires\n',
  );
});

test('untrack --json prints the result of untrack()', async () => {
  const { json } = await run(['untrack', '7', '--json'], prepare().parts);

  expect(json()).toEqual({ userId: '7', removed: false, status: 'untracked' });
});

test.for([
  ['pending', 'user 7, record 1: pending, tracked at 2026-01-01T00:00:00.000Z (updated 12s ago)\n'],
  ['paid', 'user 7, record 1: paid at 2026-01-01T00:00:00.000Z (updated 12s ago)\n'],
] as const)('status tells a %s payment, and how fresh that is', async ([state, text]) => {
  const { payments, parts } = prepare();
  payments.states.set('7#1', state);

  expect(await run(['status', '7', '1'], parts)).toMatchObject({ exitCode: 0, out: text });
});

test.for([
  [
    { state: 'missing', recordId: '1', givenUpAt: new Date('2026-01-01T00:00:00Z') },
    /^user 7, record 1: missing since 2026-01-01T00:00:00\.000Z: NocoDB has no such record .*once an hour/,
  ],
  [
    { state: 'invalid', recordId: '1', givenUpAt: new Date('2026-01-02T00:00:00Z'), reason: 'not a number' },
    /^user 7, record 1: invalid since 2026-01-02T00:00:00\.000Z: NocoDB refuses the record id \(not a number\)/,
  ],
  [{ state: 'untracked' }, /^user 7: not tracked \(no successful tick yet\)\n$/],
] as const)('status explains %j', async ([status, text]) => {
  const { payments, parts } = prepare();
  payments.status = async () => ({ ...status, dataAgeSeconds: null });

  expect((await run(['status', '7'], parts)).out).toMatch(text);
});

test('status --json has the moments as ISO 8601', async () => {
  const { payments, parts } = prepare();
  payments.states.set('7#1', 'paid');

  const { json } = await run(['status', '7', '1', '--json'], parts);

  expect(json()).toEqual({
    userId: '7',
    state: 'paid',
    recordId: '1',
    paidAt: '2026-01-01T00:00:00.000Z',
    dataAgeSeconds: 12,
  });
});

test('a paid payment is green on a terminal', async () => {
  const { payments, parts } = prepare();
  payments.states.set('7#1', 'paid');

  const { out } = await run(['status', '7', '1'], {
    ...parts,
    out: new MemoryTerminal({ colours: true }),
  });

  expect(out).toContain('\x1b[32mpaid at');
});
