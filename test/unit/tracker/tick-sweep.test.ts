import { describe, expect, it, vi } from 'vitest';
import { TableUnavailableError } from '../../../lambda/table/errors.ts';
import { TimeoutError } from '../../../lambda/tracker/errors.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

const minutes = (count: number) => count * 60_000;

describe('an audit', () => {
  it('gives a payment up after its record was absent three audits in a row', async () => {
    const { table, source, clock, next, eventsOf } = harness();
    await table.track('alice', '1');
    source.records.set('9', { paid: false });
    await table.track('bob', '9');
    await next();

    for (let audit = 0; audit < 3; audit += 1) {
      expect(table.status('alice', '1')).toBe('pending');
      clock.advance(minutes(10));
      await next();
    }

    expect(table.status('alice', '1')).toBe('missing');
    expect(table.status('bob', '9')).toBe('pending');
    expect(eventsOf('payment.missing')).toHaveLength(1);
    expect(eventsOf('tick.finished').map(({ audit }) => audit)).toEqual([false, true, true, true]);
  });

  it('counts only misses in a row', async () => {
    const { table, source, clock, next } = harness();
    await table.track('alice', '1');
    const audit = async () => {
      clock.advance(minutes(10));
      await next();
    };
    await next();
    await audit();
    await audit();
    source.records.set('1', { paid: false });
    await audit();
    source.records.delete('1');

    await audit();
    await audit();

    expect(table.status('alice', '1')).toBe('pending');
    await audit();
    expect(table.status('alice', '1')).toBe('missing');
  });

  it('confirms what is paid, too', async () => {
    const { table, clock, next, pending } = harness();
    await pending('alice', '1');
    await next();
    await pending('alice', '1', { paid: true });
    clock.advance(minutes(10));

    await next();

    expect(table.status('alice', '1')).toBe('paid');
  });
});

describe('an audit in the tick of a sweep', () => {
  it('does not count a payment with another owner twice', async () => {
    const { clock, next, pending, eventsOf } = harness();
    await pending('alice', '1', { paid: true, owner: 'bob' });
    await next();
    clock.advance(minutes(10));

    await next();

    expect(eventsOf('tick.finished')).toMatchObject([
      { audit: false, ownerMismatches: 1 },
      { audit: true, ownerMismatches: 1 },
    ]);
  });
});

describe('a sweep over several ticks', () => {
  it('makes the data only as fresh as its start, and leaves nobody out', async () => {
    const { table, source, clock, next, pending, eventsOf } = harness();
    for (let id = 1; id <= 100; id += 1) await pending(`user-${id}`, String(id).padStart(3, '0'));
    Object.assign(source, { bulkList: false, urlIds: 1, keepsChanges: false });
    await table.remember({ bulkList: { supported: false, learnedAt: clock.now() } });

    await next();
    const [first] = eventsOf('tick.finished');
    expect(first?.unanswered).toBeGreaterThan(0);
    expect(table.control.lastSuccessAt).toBeUndefined();
    const began = table.control.sweep?.startedAt;
    while (table.control.lastSuccessAt === undefined) await next();

    expect(table.control.lastSuccessAt).toBe(began);
    const asked = new Set(
      source.requests.flatMap(({ queries }) => queries.flatMap(({ recordIds }) => recordIds)),
    );
    expect(asked.size).toBe(100);
  });
});

/** More payments than one tick asks for: the server takes 10 ids a request, and 4 requests a tick. */
async function crowd(count: number) {
  const world = harness();
  const { table, source, clock, pending } = world;
  for (let id = 1; id <= count; id += 1) await pending(`user-${id}`, String(id).padStart(4, '0'));
  Object.assign(source, { bulkList: false, urlIds: 10, latency: 1_000 });
  await table.remember({
    bulkList: { supported: false, learnedAt: clock.now() },
    batchSize: { ids: 10, successes: Number.NEGATIVE_INFINITY },
  });
  const pay = (recordId: string) =>
    source.records.set(recordId, { paid: true, changedAt: clock.now() + source.clockSkew });
  const untilSwept = async () => {
    while (table.control.sweptAt === undefined) await world.next();
  };
  return { ...world, pay, untilSwept };
}

const forms = (requests: readonly { form: string }[]) => requests.map(({ form }) => form);

describe('a tick that cannot ask for everything', () => {
  it('asks for news first, and confirms at once what was paid far from the sweep', async () => {
    const { table, source, next, pay, untilSwept } = await crowd(200);
    await untilSwept();
    await next();
    pay('0200');
    pay('0001');
    source.requests.length = 0;

    const result = await next();

    expect(result).toMatchObject({ outcome: 'done', confirmed: 2 });
    expect(forms(source.requests)).toEqual(['changes', 'get', 'get', 'get', 'get']);
    expect([table.status('user-200', '0200'), table.status('user-1', '0001')]).toEqual(['paid', 'paid']);
  });

  it('keeps the data as fresh as its news, and tells the age of the last sweep apart', async () => {
    const { table, clock, next, untilSwept, eventsOf } = await crowd(200);
    await untilSwept();

    for (let slot = 0; slot < 3; slot += 1) await next();

    const last = eventsOf('tick.finished').at(-1);
    expect(table.control.lastSuccessAt).toBe(clock.now() - (clock.now() % 20_000));
    expect(last?.dataAgeSeconds).toBe(20);
    expect(last?.sweepAgeSeconds).toBeGreaterThan(60);
  });

  it('asks for a newcomer by id, though its record was paid before it was tracked', async () => {
    const { table, source, next, untilSwept } = await crowd(200);
    await untilSwept();
    await next();
    source.records.set('9999', { paid: true });
    await table.track('late', '9999');

    await next();

    expect(table.status('late', '9999')).toBe('paid');
  });

  it('moves newcomers to their own partition once they were asked for', async () => {
    const { table, untilSwept } = await crowd(100);
    expect(table.item('user-1', '0001')?.shard).toBe('new');

    await untilSwept();

    expect(table.items().map(({ shard }) => shard)).toEqual(table.items().map(() => '0'));
  });

  it('finds by its sweep what was paid by SQL, which is no news', async () => {
    const { table, source, next, untilSwept } = await crowd(100);
    await untilSwept();
    source.records.set('0077', { paid: true });

    for (let slot = 0; slot < 4; slot += 1) await next();

    expect(table.status('user-77', '0077')).toBe('paid');
  });

  it('does not look up the same news in every tick', async () => {
    const { table, source, next, pay, untilSwept, seenNews } = await crowd(100);
    await untilSwept();
    pay('0050');
    await next();
    const lookUp = vi.spyOn(table.payments, 'ofRecord');

    await next();

    expect(source.requests.at(-5)?.form).toBe('changes');
    expect(seenNews.has({ recordId: '0050', paid: true })).toBe(true);
    expect(lookUp).not.toHaveBeenCalled();
  });

  it('confirms the other news, and goes on with the sweep, when the look-up of one fails', async () => {
    const { table, next, pay, untilSwept, source } = await crowd(100);
    await untilSwept();
    await next();
    for (const id of ['0098', '0099', '0100']) pay(id);
    const ofRecord = table.payments.ofRecord.bind(table.payments);
    vi.spyOn(table.payments, 'ofRecord').mockImplementation(async (recordId) => {
      if (recordId === '0099') throw new TableUnavailableError({ ...DETAILS, operation: 'look up' });
      return ofRecord(recordId);
    });
    source.requests.length = 0;

    await expect(next()).rejects.toThrow('look up');

    expect(forms(source.requests)).toEqual(['changes', 'get', 'get', 'get', 'get']);
    expect(['0098', '0099', '0100'].map((id) => table.status(`user-${Number(id)}`, id))).toEqual([
      'paid',
      'pending',
      'paid',
    ]);
  });

  it('confirms a payment once, although the index still lists it when the sweep comes to it', async () => {
    const { table, next, pay, untilSwept, eventsOf } = await crowd(100);
    await untilSwept();
    await next();
    pay('0001');
    const listed = await table.payments.list(undefined, 1);
    vi.spyOn(table.payments, 'list').mockResolvedValue({ ...listed, isLast: true });
    const confirm = vi.spyOn(table.payments, 'confirm');

    await next();

    expect(table.status('user-1', '0001')).toBe('paid');
    expect(eventsOf('payment.confirmed')).toHaveLength(1);
    expect(confirm).toHaveBeenCalledOnce();
  });

  it('reads pages of news to their end, over several ticks where one is too short', async () => {
    const { table, source, next, pay, untilSwept } = await crowd(300);
    await untilSwept();
    for (let id = 1; id <= 300; id += 1) pay(String(id).padStart(4, '0'));
    Object.assign(source, { cap: 10 });

    await next();
    expect(table.control.news?.query?.after).toBeDefined();
    const stale = table.control.lastSuccessAt;
    for (let slot = 0; slot < 12 && table.control.news?.query !== undefined; slot += 1) await next();

    expect(table.control.news?.query).toBeUndefined();
    expect(table.control.lastSuccessAt).toBeGreaterThan(stale as number);
    expect(table.items().filter(({ status }) => status === 'paid')).toHaveLength(300);
  });

  it('asks for changes by the clock of NocoDB, and tells when that is far off', async () => {
    const { source, next, pay, untilSwept, table, eventsOf } = await crowd(100);
    source.clockSkew = -3_600_000;
    await untilSwept();
    await next();
    pay('0090');

    await next();

    expect(table.status('user-90', '0090')).toBe('paid');
    expect(eventsOf('nocodb.clockSkew').at(-1)?.milliseconds).toBeCloseTo(-3_600_000, -3);
  });

  it('lives by the sweep alone where the table keeps no times of changes', async () => {
    const { source, next, untilSwept } = await crowd(100);
    source.keepsChanges = false;
    await untilSwept();
    source.requests.length = 0;

    for (let slot = 0; slot < 3; slot += 1) await next();

    expect(forms(source.requests)).not.toContain('changes');
  });

  it('goes on with the sweep when the question for news fails', async () => {
    const { table, source, next, untilSwept } = await crowd(100);
    await untilSwept();
    await next();
    source.records.set('0001', { paid: true });
    source.listChanged = async () => {
      throw new TimeoutError({ ...DETAILS, smallerMayPass: true });
    };

    for (let slot = 0; slot < 4; slot += 1) await next().catch(() => {});

    expect(table.status('user-1', '0001')).toBe('paid');
    expect(table.control.lastError?.kind).toBe('Timeout');
  });

  it('asks for everything in one request again once the crowd is gone', async () => {
    const { table, source, next, untilSwept } = await crowd(100);
    await untilSwept();
    Object.assign(source, { urlIds: 500, latency: 10 });
    await table.remember({ batchSize: { ids: 500, successes: 0 } });
    await next();
    await next();
    source.requests.length = 0;

    await next();

    expect(source.requests).toHaveLength(1);
  });
});

describe('a NocoDB without bulk lists', () => {
  const COUNT = 3_000;

  /** 3,000 pending payments, after the first tick, which asked for all of them. */
  async function withoutBulkLists(auditEvery?: number) {
    const world = harness(auditEvery === undefined ? {} : { auditEvery });
    const { source, next, pending } = world;
    source.bulkList = false;
    for (let id = 1; id <= COUNT; id += 1) await pending(`user-${id}`, String(id).padStart(5, '0'));
    await next();
    const requestsOfTicks: number[] = [];
    const tick = async () => {
      source.requests.length = 0;
      await next();
      requestsOfTicks.push(source.requests.length);
    };
    return { ...world, tick, requestsOfTicks };
  }

  it('is asked in at most five requests a tick, once the change query carries the news', async () => {
    const { table, source, tick, requestsOfTicks } = await withoutBulkLists(60_000);
    source.records.delete('02999');

    for (let slot = 0; slot < 80; slot += 1) {
      const paid = String(slot + 1).padStart(5, '0');
      source.records.set(paid, { paid: true, changedAt: table.control.lastSuccessAt ?? 0 });
      await tick();
      expect(table.status(`user-${slot + 1}`, paid)).toBe('paid');
    }

    expect(Math.max(...requestsOfTicks)).toBe(5);
    expect(table.control.sweptAt).toBeGreaterThan(0);
    // Audits get through, in spite of the few requests.
    expect(table.status('user-2999', '02999')).toBe('missing');
  });

  it.each([
    ['an audit is always running', 1],
    ['no audit runs', Number.POSITIVE_INFINITY],
  ])('is asked for what was given up in the same few requests, while %s', async (_name, auditEvery) => {
    const { table, source, clock, tick, requestsOfTicks } = await withoutBulkLists(auditEvery);
    const payment = (id: number) => ({ userId: `user-${id}`, recordId: String(id).padStart(5, '0') });
    for (let id = 1; id <= 5; id += 1) {
      await table.payments.markMissing(payment(id), clock.now());
      await table.payments.markInvalid(payment(id + 5), 'refused', clock.now());
      source.poison.add(payment(id + 5).recordId);
    }
    source.records.delete('00002');
    source.records.set('00003', { paid: true });
    source.poison.delete('00010');
    source.records.set('00010', { paid: true });
    await table.remember({ givenUp: { startedAt: 0 } });

    for (let slot = 0; slot < 40; slot += 1) await tick();

    expect([table.status('user-3', '00003'), table.status('user-10', '00010')]).toEqual(['paid', 'paid']);
    expect([table.status('user-2', '00002'), table.status('user-9', '00009')]).toEqual([
      'missing',
      'invalid',
    ]);
    expect(table.control.givenUp).not.toHaveProperty('isRunning');
    expect(Math.max(...requestsOfTicks)).toBe(5);
  });

  it('is asked for everything in each tick where the table keeps no times of changes', async () => {
    const { source, tick, eventsOf, requestsOfTicks } = await withoutBulkLists();
    source.keepsChanges = false;

    for (let slot = 0; slot < 3; slot += 1) await tick();

    // The change query, which fails, is sent once an hour.
    expect(requestsOfTicks).toEqual([7, 6, 6]);
    expect(eventsOf('tick.finished').at(-1)).toMatchObject({ checked: COUNT, unanswered: 0 });
  });

  it('isolates an id that is refused without a reason, in spite of the few requests', async () => {
    const { table, source, tick, pending } = await withoutBulkLists();
    source.vague = true;
    source.poison.add('rec_abc');
    await tick();
    await pending('mallory', 'rec_abc');
    for (let slot = 0; slot < 6; slot += 1) {
      // Newcomers in every tick leave less of it to the isolation.
      await pending(`late-${slot}`, `9000${slot}`);
      await tick();
    }

    expect(table.status('mallory', 'rec_abc')).toBe('invalid');
    expect(table.status('late-5', '90005')).toBe('pending');
  });

  it('is asked in few requests again when the crowd is gone, with no change query', async () => {
    const { table, source, tick } = await withoutBulkLists();
    for (let id = 1; id <= COUNT - 100; id += 1) {
      source.records.set(String(id).padStart(5, '0'), {
        paid: true,
        changedAt: table.control.lastSuccessAt ?? 0,
      });
    }
    for (let slot = 0; slot < 12; slot += 1) await tick();
    source.requests.length = 0;

    await tick();

    expect(forms(source.requests)).toEqual(['get']);
  });
});

describe('what the source learned about its server', () => {
  it('is remembered from tick to tick with the base of the table, and forgotten with the source', async () => {
    const first = harness({ source: 'one', table: { id: 'm1', comparesOwners: true } });
    const recalled: unknown[] = [];
    const recall = (known: unknown) => void recalled.push(known);
    Object.assign(first.source, { recall, facts: () => ({ withoutV2Since: 1 }) });
    first.source.name = { title: 'Payments', base: 'pqot58neiu3o1xo' };

    await first.next();
    await first.next();
    expect(recalled).toEqual([{}, { withoutV2Since: 1, baseId: 'pqot58neiu3o1xo' }]);
    expect(first.table.control.withoutV2Since).toBe(1);

    await first.table.remember({ source: 'another' });
    await first.next();
    expect(recalled.at(-1)).toEqual({ baseId: 'pqot58neiu3o1xo' });
  });
});
