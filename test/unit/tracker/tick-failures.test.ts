import { describe, expect, it } from 'vitest';
import { QUOTA_PENALTY_MS } from '../../../lambda/nocodb/retry-after.ts';
import {
  QuotaUsedUpError,
  RateLimitedError,
  ServerFaultError,
  TableWriteFailedError,
  TokenRejectedError,
} from '../../../lambda/tracker/errors.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

describe('a failing NocoDB', () => {
  it('fails the tick visibly, loses nothing, and the next slot works', async () => {
    const { table, source, next, pending, eventsOf } = harness();
    await pending('alice', '1', { paid: true });
    source.faults = [new ServerFaultError(DETAILS)];

    await expect(next()).rejects.toThrow(ServerFaultError);

    expect(eventsOf('tick.failed')).toMatchObject([{ kind: 'ServerFault', checked: 1, pending: 1 }]);
    expect(table.control.lastError?.kind).toBe('ServerFault');
    expect(table.control.lastSuccessAt).toBeUndefined();
    expect(await next()).toMatchObject({ outcome: 'done', confirmed: 1 });
    expect(table.control.counters).toMatchObject({
      updates: 1,
      failures: 1,
      confirmed: 1,
      requests: 2,
      requestsOk: 1,
      requestsFailed: 1,
    });
  });

  it('moves freshness only on success', async () => {
    const { table, source, clock, next, pending } = harness();
    await pending('alice', '1');
    await next();
    const fresh = table.control.lastSuccessAt;
    source.faults = [new TokenRejectedError(DETAILS)];

    await expect(next()).rejects.toThrow(TokenRejectedError);

    expect(table.control.lastSuccessAt).toBe(fresh);
    expect(fresh).toBeLessThanOrEqual(clock.now() - 20_000);
  });

  it('sends nothing until a penalty is over', async () => {
    const { table, source, clock, next, pending, eventsOf } = harness();
    await pending('alice', '1', { paid: true });
    const retryAt = clock.now() + 20_000 + 45_000;
    source.faults = [new RateLimitedError({ ...DETAILS, retryAt })];

    await expect(next()).rejects.toThrow(RateLimitedError);
    const during = [await next(), await next()];
    const after = await next();

    expect(during.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped']);
    expect(eventsOf('tick.skipped')).toMatchObject([
      { reason: 'blocked', until: retryAt },
      { reason: 'blocked' },
    ]);
    expect(after).toMatchObject({ outcome: 'done', confirmed: 1 });
    expect(
      source.requests
        .map(({ at }) => at)
        .slice(1)
        .every((at) => at >= retryAt),
    ).toBe(true);
    expect(table.control.counters.requestsRateLimited).toBe(1);
  });

  it('sends nothing for an hour when the quota of the month is used up, which is no rate limit', async () => {
    const { table, source, clock, run, pending, eventsOf } = harness();
    await pending('alice', '1', { paid: true });
    const retryAt = clock.now() + QUOTA_PENALTY_MS;
    source.faults = [new QuotaUsedUpError({ ...DETAILS, retryAt })];

    await expect(run()).rejects.toThrow(QuotaUsedUpError);
    clock.set(retryAt - 1);
    expect(await run()).toEqual({ outcome: 'skipped', reason: 'blocked', until: retryAt });
    clock.set(retryAt);
    expect(await run()).toMatchObject({ outcome: 'done', confirmed: 1 });

    expect(eventsOf('tick.failed')).toMatchObject([{ kind: 'QuotaUsedUp', blockedUntil: retryAt }]);
    expect(table.control.counters).toMatchObject({ requestsRateLimited: 0, requestsFailed: 1 });
  });

  it('tells how old the data is while a penalty keeps it from asking', async () => {
    const { source, clock, next, pending, eventsOf } = harness();
    await pending('alice', '1');
    await next();
    source.faults = [new RateLimitedError({ ...DETAILS, retryAt: clock.now() + 60_000 })];
    await expect(next()).rejects.toThrow(RateLimitedError);

    await next();

    expect(eventsOf('tick.skipped')).toMatchObject([{ reason: 'blocked', dataAgeSeconds: 40 }]);
  });

  it('keeps what was confirmed before the failure', async () => {
    const { table, source, clock, next, pending } = harness();
    source.bulkList = false;
    source.urlIds = 1;
    await table.remember({ bulkList: { supported: false, learnedAt: clock.now() } });
    await pending('alice', '1', { paid: true });
    await pending('bob', '2', { paid: true });
    source.faults = [undefined, new ServerFaultError(DETAILS)];

    await expect(next()).rejects.toThrow(ServerFaultError);

    expect([table.status('alice', '1'), table.status('bob', '2')]).toEqual(['paid', 'pending']);
    expect(await next()).toMatchObject({ confirmed: 1, pending: 0 });
  });

  it('reports payments that could not be written and writes them in the next tick', async () => {
    const { table, next, pending } = harness();
    await pending('alice', '1', { paid: true });
    await pending('bob', '2', { paid: true });
    const confirm = table.payments.confirm.bind(table.payments);
    table.payments.confirm = async (payment, paidAt) => {
      if (payment.userId === 'alice') throw new Error('throttled');
      return confirm(payment, paidAt);
    };

    const failure = await next().catch((error: unknown) => error);
    table.payments.confirm = confirm;

    expect(failure).toBeInstanceOf(TableWriteFailedError);
    expect((failure as Error).cause).toEqual(new Error('throttled'));
    expect(table.status('bob', '2')).toBe('paid');
    expect(await next()).toMatchObject({ confirmed: 1, pending: 0 });
  });

  it('tells of the failure when the gate itself fails', async () => {
    const { clock, table, next, eventsOf } = harness();
    table.gate.acquire = async () => {
      clock.advance(700);
      throw new Error('access denied');
    };

    await expect(next()).rejects.toThrow('access denied');

    const told = { kind: 'Unexpected', checked: 0, audit: false, milliseconds: 700 };
    expect(eventsOf('tick.failed')).toMatchObject([told]);
  });

  it('tells of one failure when only the gate cannot be given back', async () => {
    const { table, next, pending, eventsOf } = harness();
    await pending('alice', '1');
    table.gate.finish = async () => {
      throw new Error('no table');
    };

    await expect(next()).rejects.toThrow('no table');

    expect(eventsOf('tick.failed')).toHaveLength(1);
  });

  it('tells of both failures when the gate cannot be given back either', async () => {
    const { table, source, next, pending, eventsOf } = harness();
    await pending('alice', '1');
    source.faults = [new ServerFaultError(DETAILS)];
    table.gate.finish = async () => {
      throw new Error('throttled');
    };

    await expect(next()).rejects.toThrow('throttled');

    expect(eventsOf('tick.failed').map(({ kind }) => kind)).toEqual(['ServerFault', 'Unexpected']);
  });

  it('finishes with the failure when what is pending cannot be listed', async () => {
    const { table, clock, next, pending } = harness();
    await pending('alice', '1');
    const list = table.payments.list.bind(table.payments);
    table.payments.list = async () => {
      throw new Error('no table');
    };

    await expect(next()).rejects.toThrow('no table');
    table.payments.list = list;

    expect(table.control.lastError).toEqual({ kind: 'Unexpected', message: 'no table', at: clock.now() });
    expect(await next()).toMatchObject({ outcome: 'done', checked: 1 });
  });
});
