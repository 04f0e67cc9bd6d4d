import { describe, expect, it } from 'vitest';
import type { Announcements } from '../../../infra/cli/aws/announcements.ts';
import type { RefusedEvent } from '../../../lambda/notify/event-bus.ts';
import type { ConfirmedPayment, PaymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { run } from './support/run.ts';

const PAID_AT = Date.UTC(2026, 0, 31, 12);

/** A tracker with these paid payments, a page each, and a bus that refuses the events of some users or fails. */
function prepare(pages: ConfirmedPayment[][], { refuses = '', fails = false } = {}) {
  const taken: PaymentConfirmed[] = [];
  const calls: number[] = [];
  const sinces: string[] = [];
  const announcements: Announcements = {
    trackerName: 'Shop-Payments',
    payments: {
      find: async ({ userId, recordId }) =>
        pages.flat().find((payment) => payment.userId === userId && payment.recordId === recordId),
      async *confirmedSince(since) {
        sinces.push(new Date(since).toISOString());
        yield* pages;
      },
    },
    bus: {
      async put(events) {
        if (fails) throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
        calls.push(events.length);
        taken.push(...events.filter(({ userId }) => userId !== refuses));
        return events.flatMap(({ userId }, index): RefusedEvent[] =>
          userId === refuses ? [{ index, reason: 'ThrottlingException: Slow down.' }] : [],
        );
      },
    },
  };
  const parts = { clock: new FakeClock(), announcements: async () => announcements };
  return { parts, taken, calls, sinces };
}

const paid = (count: number): ConfirmedPayment[] =>
  Array.from({ length: count }, (_, index) => ({ userId: `u${index}`, recordId: '17', paidAt: PAID_AT }));

describe('announce', () => {
  it('repeats the event of one payment, with the key that it always has', async () => {
    const { parts, taken } = prepare([
      [{ userId: '-100', recordId: '17', paidAt: PAID_AT, confirmedBy: 'tick' }],
    ]);

    const { exitCode, out } = await run(['announce', '-100', '17'], parts);

    expect({ exitCode, out }).toEqual({ exitCode: 0, out: '📣 Announced 1 confirmed payment\n' });
    expect(taken).toEqual([
      {
        userId: '-100',
        recordId: '17',
        paidAt: '2026-01-31T12:00:00.000Z',
        confirmedBy: 'tick',
        trackerName: 'Shop-Payments',
        idempotencyKey: 'Shop-Payments/-100/17',
      },
    ]);
  });

  it('does not announce a payment that is not paid', async () => {
    const { parts, taken } = prepare([]);

    const { exitCode, err } = await run(['announce', '7', '17'], parts);

    expect(exitCode).toBe(1);
    expect(err).toContain('The payment of user 7 (record: 17) is not paid');
    expect(taken).toEqual([]);
  });

  it('repeats the events of all payments since a time, ten in a call', async () => {
    const { parts, taken, calls } = prepare([paid(12), [], paid(3)]);

    const { exitCode, json } = await run(['announce', '--since', '2026-01-31', '--json'], parts);

    expect(exitCode).toBe(0);
    expect(json()).toEqual({ announced: 15 });
    expect(calls).toEqual([10, 2, 3]);
    expect(taken).toHaveLength(15);
  });

  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:30', '2026-01-31T12:30:00.000Z'],
    ['2026-01-31T12:30:05.5Z', '2026-01-31T12:30:05.500Z'],
    ['2026-01-31T12:30:00+02:00', '2026-01-31T10:30:00.000Z'],
  ])('takes %s for %s', async (text, time) => {
    const { parts, sinces } = prepare([]);

    await run(['announce', '--since', text], parts);

    expect(sinces).toEqual([time]);
  });

  it.each([
    [[]],
    [['7']],
    [['7', '17', '--since', '2026-01-31']],
    [['7', '--since', '2026-01-31']],
    [['--since', '17']],
    [['--since', '2026-02-31T25:00']],
    [['--since', 'yesterday']],
    [['7', 'a b']],
    [['7', '17', '--table', 'Other']],
  ])('%j is wrong usage: nothing is announced', async (argv) => {
    expect((await run(['announce', ...argv])).exitCode).toBe(2);
  });

  it('fails when the bus refuses an event, and says how far it came', async () => {
    const { parts, taken } = prepare([paid(25)], { refuses: 'u12' });

    const { exitCode, err } = await run(['announce', '--since', '2026-01-31'], parts);

    expect(exitCode).toBe(1);
    expect(err).toContain('refused events (ThrottlingException: Slow down); announced before: 19');
    expect(err).toContain('the events that are repeated have the same keys');
    expect(taken).toHaveLength(19);
  });

  it('fails when the bus cannot be used', async () => {
    const { parts } = prepare([paid(1)], { fails: true });

    const { exitCode, err } = await run(['announce', '--since', '2026-01-31'], parts);

    expect(exitCode).toBe(1);
    expect(err).toContain('Put events on the bus (announced before: 0): AccessDeniedException');
  });
});
