import { describe, expect, it, vi } from 'vitest';
import { TableUnavailableError } from '../../../lambda/table/errors.ts';
import { ServerFaultError, TimeoutError } from '../../../lambda/tracker/errors.ts';
import { checkNews, NEWS_OVERLAP_MS, paymentsOf } from '../../../lambda/tracker/news.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

const MINUTE = 60_000;

/** A tracker whose change queries are recorded. `news` checks them with this memory of earlier ticks. */
function prepare() {
  const world = harness();
  const { source, table, context } = world;
  const asked = vi.spyOn(source, 'listChanged');
  const news = (control: Partial<typeof table.control> = {}, changes: Parameters<typeof context>[0] = {}) =>
    checkNews(context({ ...changes, control: { ...table.control, lastSuccessAt: 0, ...control } }));
  return { ...world, asked, news };
}

describe('the change query', () => {
  it('goes back before the last success, by the clock of NocoDB', async () => {
    const { asked, news, clock } = prepare();
    clock.set(10 * MINUTE);
    const [now, askUntil] = [clock.now(), clock.now() + 8_000];

    await news({ lastSuccessAt: 9 * MINUTE, news: { clockSkew: 5_000 } }, { askUntil });

    const since = 9 * MINUTE + 5_000 - NEWS_OVERLAP_MS;
    expect(asked.mock.calls[0]?.[0]).toEqual({ since, after: undefined, limit: 1000 });
    expect(asked.mock.calls[0]?.[1].deadline).toBe(now + 4_000);
  });

  it('goes ten minutes further back before that clock is known', async () => {
    const { asked, news, clock, context } = prepare();
    clock.set(60 * MINUTE);

    await news({ lastSuccessAt: 59 * MINUTE });
    await checkNews(context());

    expect(asked.mock.calls.map(([{ since }]) => since)).toEqual([
      49 * MINUTE - NEWS_OVERLAP_MS,
      50 * MINUTE + 10 - NEWS_OVERLAP_MS,
    ]);
  });

  it('confirms what it finds, and remembers the clock only', async () => {
    const { news, pending, table, source, eventsOf } = prepare();
    source.clockSkew = -3_000;
    await pending('alice', '1', { paid: true });
    await pending('bob', '2');

    const result = await news();

    expect(table.status('alice', '1')).toBe('paid');
    expect(table.item('alice', '1')?.confirmedBy).toBe('tick');
    expect(eventsOf('payment.confirmed').map(({ by }) => by)).toEqual(['tick']);
    expect(table.status('bob', '2')).toBe('pending');
    expect(result).toMatchObject({ isComplete: true, isSupported: true, users: ['alice'] });
    expect(result.state).toStrictEqual({ clockSkew: -3_000 });
    expect(result.error).toBeUndefined();
  });

  it('is followed to its end', async () => {
    const { news, pending, asked, source, table } = prepare();
    source.cap = 2;
    for (let id = 1; id <= 5; id += 1) await pending('alice', String(id), { paid: true });

    const result = await news();

    expect(asked.mock.calls.map(([{ after }]) => after)).toEqual([undefined, '2', '4']);
    expect(table.items().every(({ status }) => status === 'paid')).toBe(true);
    expect(result.isComplete).toBe(true);
    expect(result.state).toStrictEqual({ clockSkew: 0 });
  });

  it('stops after 5,000 records, and the next tick goes on behind them', async () => {
    const { news, asked, source, clock } = prepare();
    clock.set(10 * MINUTE);
    const clockSkew = 3_000;
    source.clockSkew = clockSkew;
    for (let id = 10_001; id <= 15_001; id += 1)
      source.records.set(String(id), { paid: true, changedAt: clock.now() });

    const first = await news({ lastSuccessAt: 9 * MINUTE, news: { clockSkew } });

    const query = {
      since: 9 * MINUTE + clockSkew - NEWS_OVERLAP_MS,
      // The server's clock, when the first page was asked for.
      startedAt: 10 * MINUTE + clockSkew,
      after: '15000',
    };
    expect(asked).toHaveBeenCalledTimes(5);
    expect(first.isComplete).toBe(false);
    expect(first.state).toStrictEqual({ clockSkew, query });

    const second = await news({ lastSuccessAt: 10 * MINUTE, news: first.state });

    expect(asked.mock.calls.at(-1)?.[0]).toEqual({ since: query.since, after: '15000', limit: 1000 });
    expect(second.isComplete).toBe(true);
    expect(second.state).toStrictEqual({ clockSkew });
  });

  it('asks for no page that would take longer than there is time', async () => {
    const { news, asked, source, pending, clock } = prepare();
    Object.assign(source, { cap: 2, latency: 3_000 });
    for (let id = 1; id <= 5; id += 1) await pending('alice', String(id), { paid: true });

    const result = await news({}, { askUntil: clock.now() + 8_000 });

    expect(asked).toHaveBeenCalledOnce();
    expect(result.isComplete).toBe(false);
    expect(result.state.query?.after).toBe('2');
  });

  it('is asked again when the payments of its records cannot be looked up', async () => {
    const { news, table, pending } = prepare();
    await pending('alice', '1', { paid: true });
    const failure = new TableUnavailableError(DETAILS);
    vi.spyOn(table.payments, 'ofRecord').mockRejectedValueOnce(failure);
    const before = { clockSkew: 0, query: { since: 0, startedAt: 1, after: '0' } };

    const result = await news({ news: before });

    expect(result.error).toBe(failure);
    expect(result.isComplete).toBe(false);
    expect(result.state).toStrictEqual(before);
  });

  it.each([
    ['the same id as the page before', '1'],
    ['an id that no query can name', 'a b'],
  ])('stops at a page that ends with %s', async (_, last) => {
    const { news, asked } = prepare();
    const page = (recordId: string) => ({
      records: [{ recordId, paid: true, owner: null }],
      isLastPage: false,
    });
    asked.mockResolvedValueOnce(page('1')).mockResolvedValueOnce(page(last));

    const result = await news();

    expect(asked).toHaveBeenCalledTimes(2);
    expect(result.isComplete).toBe(false);
    expect(result.error).toBeUndefined();
  });

  it('stops at an empty page that says that more follow', async () => {
    const { news, asked } = prepare();
    asked.mockResolvedValueOnce({ records: [], isLastPage: false });

    const result = await news();

    expect(asked).toHaveBeenCalledOnce();
    expect(result.isComplete).toBe(false);
    // There is nothing to go on behind, and no clock was told.
    expect(result.state).toStrictEqual({});
  });

  it('leaves out unpaid records and ids that no payment can have', async () => {
    const { news, asked, table, pending } = prepare();
    await pending('alice', '1');
    const ofRecord = vi.spyOn(table.payments, 'ofRecord');
    asked.mockResolvedValueOnce({
      records: [
        { recordId: '1', paid: false },
        { recordId: 'a b', paid: true },
        { recordId: '2', paid: true },
      ],
      isLastPage: true,
    });

    const result = await news();

    expect(ofRecord.mock.calls).toEqual([['2']]);
    expect(result.isComplete).toBe(true);
    expect(table.status('alice', '1')).toBe('pending');
  });

  it('does not look up again what it has answered, but what is left', async () => {
    const { news, table, pending } = prepare();
    await pending('alice', '1', { paid: true });
    await pending('bob', '2', { paid: true, owner: 'carol' });
    const ofRecord = vi.spyOn(table.payments, 'ofRecord');

    await news();
    await news();

    expect(ofRecord.mock.calls.flat()).toEqual(['1', '2', '2']);
  });

  it.each([
    [NEWS_OVERLAP_MS, 0],
    [NEWS_OVERLAP_MS + 1, 1],
    [-NEWS_OVERLAP_MS - 1, 1],
  ])('tells when the clock of NocoDB is off by %i ms: %i times', async (skew, times) => {
    const { news, source, eventsOf } = prepare();
    source.clockSkew = skew;

    await news();

    expect(eventsOf('nocodb.clockSkew').map(({ milliseconds }) => milliseconds)).toEqual(
      Array(times).fill(skew),
    );
  });
});

describe('a change query that fails', () => {
  it('is told, and changes nothing that is remembered', async () => {
    const { news, source } = prepare();
    const state = { clockSkew: 1, query: { since: 1, startedAt: 2, after: '3' } };
    source.faults = [new ServerFaultError(DETAILS)];

    const result = await news({ news: state });

    expect(result.error).toBeInstanceOf(ServerFaultError);
    expect(result).toMatchObject({ isComplete: false, isSupported: true, users: [] });
    expect(result.state).toStrictEqual(state);
  });

  it.each([
    [
      'is asked for again by the next tick when it was too slow',
      new TimeoutError({ ...DETAILS, smallerMayPass: true }),
      false,
    ],
    ['is told', new ServerFaultError(DETAILS), true],
  ])('behind its first page %s, and the first page counts', async (_, fault, isTold) => {
    const { news, source, pending, table } = prepare();
    source.cap = 1;
    source.faults = [undefined, fault];
    await pending('alice', '1', { paid: true });
    await pending('bob', '2', { paid: true });

    const result = await news();

    expect(result.error).toBe(isTold ? fault : undefined);
    expect(result.isComplete).toBe(false);
    expect(table.status('alice', '1')).toBe('paid');
    expect(table.status('bob', '2')).toBe('pending');
    expect(result.state.query).toMatchObject({ after: '1' });
  });

  it('by a bug is no result', async () => {
    const { news, asked } = prepare();
    const first = { records: [{ recordId: '1', paid: true, owner: null }], isLastPage: false };
    asked.mockRejectedValueOnce(new RangeError('a bug'));

    await expect(news()).rejects.toThrow(RangeError);
    asked.mockResolvedValueOnce(first).mockRejectedValueOnce(new RangeError('a bug'));
    await expect(news()).rejects.toThrow(RangeError);
  });

  it('because the table keeps no times is asked again after an hour', async () => {
    const { news, asked, clock, source } = prepare();
    clock.set(100 * MINUTE);
    source.keepsChanges = false;

    const result = await news({ news: { clockSkew: 4 } });

    expect(result).toMatchObject({ isComplete: false, isSupported: false, users: [] });
    expect(result.error).toBeUndefined();
    const unsupportedAt = 100 * MINUTE;
    expect(result.state).toStrictEqual({ clockSkew: 4, unsupportedAt });
    asked.mockClear();
    clock.set(160 * MINUTE - 1);
    expect(await news({ news: result.state })).toMatchObject({ isSupported: false, state: result.state });
    expect(asked).not.toHaveBeenCalled();
    clock.set(160 * MINUTE);
    source.keepsChanges = true;
    const again = await news({ news: result.state });
    expect(again.isSupported).toBe(true);
    expect(again.state).toStrictEqual({ clockSkew: 0 });
  });
});

describe('changes whose results are not written', () => {
  it('are found by the same query again when the time is over', async () => {
    const { news, source, pending, clock, table } = prepare();
    source.cap = 1;
    await pending('alice', '1', { paid: true });
    await pending('bob', '2');
    const state = { clockSkew: 9 };

    const result = await news({ news: state }, { writeUntil: clock.now() });

    expect(table.status('alice', '1')).toBe('pending');
    expect(result.isComplete).toBe(false);
    expect(result.state).toStrictEqual({ clockSkew: 0 });
    expect(result.reconciliation.unfinished.size).toBe(1);
  });

  it('because a look-up failed are told, and the others are confirmed', async () => {
    const { news, pending, table } = prepare();
    await pending('alice', '1', { paid: true });
    await pending('bob', '2', { paid: true });
    const { payments } = table;
    const ofRecord = payments.ofRecord.bind(payments);
    const failure = new TableUnavailableError(DETAILS);
    const spy = vi.spyOn(payments, 'ofRecord').mockImplementation(async (id) => {
      if (id === '1') throw failure;
      return ofRecord(id);
    });

    const result = await news({ news: { clockSkew: 9 } });

    expect(result.error).toBe(failure);
    expect(result.isComplete).toBe(false);
    expect(result.state).toStrictEqual({ clockSkew: 0 });
    expect([table.status('alice', '1'), table.status('bob', '2')]).toEqual(['pending', 'paid']);
    spy.mockClear();
    await news({ news: result.state });
    expect(spy.mock.calls).toEqual([['1']]);
  });

  it('because of a bug are no result', async () => {
    const { news, pending, table } = prepare();
    await pending('alice', '1', { paid: true });
    vi.spyOn(table.payments, 'ofRecord').mockRejectedValue(new RangeError('a bug'));

    await expect(news()).rejects.toThrow(RangeError);
  });
});

it('the payments of records are all that are pending', async () => {
  const { pending, table } = prepare();
  await pending('alice', '1');
  await pending('bob', '1');
  await pending('carol', '2');
  await pending('dave', '3');

  const found = await paymentsOf([{ recordId: '1' }, { recordId: '2' }, { recordId: '9' }], table.payments);

  expect(found.map(({ userId }) => userId).toSorted()).toEqual(['alice', 'bob', 'carol']);
});
