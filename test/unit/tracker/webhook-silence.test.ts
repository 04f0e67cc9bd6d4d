import { describe, expect, it } from 'vitest';
import { ServerFaultError, WebhookSilentError } from '../../../lambda/tracker/errors.ts';
import { SILENT_AFTER } from '../../../lambda/tracker/webhook-silence.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

/** A tracker with a webhook, whose payments were tracked, and unpaid in a tick. */
async function prepare(payments: number, hasWebhook = true) {
  const world = harness({ hasWebhook });
  for (let id = 1; id <= payments; id++) await world.pending(`user${id}`, String(id));
  await world.next();
  const pay = (id: number) => world.source.records.set(String(id), { paid: true });
  return { ...world, pay };
}

describe('a webhook', () => {
  it(`is silent after ${SILENT_AFTER} payments in a row that ticks confirmed, which stay confirmed`, async () => {
    const { table, pay, next, eventsOf } = await prepare(SILENT_AFTER + 1);
    for (let id = 1; id < SILENT_AFTER; id++) {
      pay(id);
      expect(await next()).toMatchObject({ confirmed: 1 });
    }
    pay(SILENT_AFTER);

    const silent = next();

    await expect(silent).rejects.toThrow(WebhookSilentError);
    await expect(silent).rejects.toThrow(
      `confirm payments [NocoDB's webhook]: ticks have confirmed ${SILENT_AFTER} payments that the webhook did not report`,
    );
    await expect(silent).rejects.toThrow('Run payment-tracker webhook install again');
    expect(table.status(`user${SILENT_AFTER}`, String(SILENT_AFTER))).toBe('paid');
    expect(table.control.unreported).toBe(SILENT_AFTER);
    expect(table.control.lastSuccessAt).toBe(table.control.lastTickAt);
    expect(eventsOf('tick.failed')).toMatchObject([{ kind: 'WebhookSilent', confirmed: 1, pending: 1 }]);
    // Only a tick with such a payment fails.
    expect(await next()).toMatchObject({ outcome: 'done' });
    expect(table.control.unreported).toBe(SILENT_AFTER);
  });

  it('that confirms between two ticks is not silent, and is taken for well as soon as it reports', async () => {
    const { table, clock, pay, next } = await prepare(SILENT_AFTER + 1);
    for (let id = 1; id < SILENT_AFTER; id++) pay(id);
    await next();

    await table.gate.noteReport(0, clock.now() - 60_000);
    const after = table.control.unreported;
    pay(SILENT_AFTER);
    await next();

    expect(after).toBeUndefined();
    expect(table.control.unreported).toBe(1);
  });

  it('that has reported something since the last tick is not silent, however many of its calls were lost', async () => {
    const { table, clock, pay, next } = await prepare(10);
    for (let id = 1; id <= 10; id++) pay(id);
    await table.gate.noteReport(1, clock.now() + 1);

    expect(await next()).toMatchObject({ confirmed: 10 });

    expect(table.control.unreported).toBeUndefined();
  });

  it('may be silent about payments that were paid before a tick has found them unpaid', async () => {
    const { table, pending, next } = await prepare(1);
    for (let id = 10; id < 20; id++) await pending('late', String(id), { paid: true });

    expect(await next()).toMatchObject({ confirmed: 10 });

    expect(table.control.unreported).toBeUndefined();
  });

  it('that is not there is never missed, and what was counted of one that was removed is forgotten', async () => {
    const { table, pay, next } = await prepare(SILENT_AFTER, false);
    await table.remember({ unreported: 7 });
    for (let id = 1; id <= SILENT_AFTER; id++) pay(id);

    expect(await next()).toMatchObject({ confirmed: SILENT_AFTER });

    expect(table.control.unreported).toBeUndefined();
  });

  it('is no reason to hide another error', async () => {
    const { table, clock, pay, source, next } = await prepare(SILENT_AFTER);
    await table.remember({
      bulkList: { supported: false, learnedAt: clock.now() },
      unreported: SILENT_AFTER,
    });
    source.urlIds = 1;
    pay(1);
    source.faults = [undefined, new ServerFaultError(DETAILS)];

    await expect(next()).rejects.toThrow(ServerFaultError);

    expect(table.control.unreported).toBe(SILENT_AFTER + 1);
  });
});
