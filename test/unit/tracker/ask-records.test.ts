import { describe, expect, it } from 'vitest';
import type { Cursor } from '../../../lambda/tracker/control-state.ts';
import {
  InvalidQueryError,
  InvalidResponseError,
  ServerFaultError,
  UrlTooLongError,
} from '../../../lambda/tracker/errors.ts';
import { fetchRecords, REQUEST_SPACING } from '../../../lambda/tracker/fetch-records.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { DETAILS, FakeSource } from '../../support/fake-source.ts';

const ids = (count: number) =>
  Array.from({ length: count }, (_, index) => String(index + 1).padStart(6, '0'));

function setUp() {
  const clock = new FakeClock();
  const source = new FakeSource(clock);
  const ask = (recordIds: string[], { want = 'paid', bulkList, cursor, budget = 10_000 }: AskWith = {}) =>
    fetchRecords(recordIds, {
      source,
      clock,
      want,
      bulkList,
      cursor,
      context: { deadline: clock.now() + budget, report: () => {} },
    });
  const insert = (recordIds: string[], paid = false) => {
    for (const id of recordIds) source.records.set(id, { paid });
  };
  return { clock, source, ask, insert };
}

interface AskWith {
  want?: 'paid' | 'existing';
  bulkList?: boolean;
  cursor?: Cursor;
  budget?: number;
}

const askedPerRequest = (source: FakeSource) =>
  source.requests.map(({ queries }) => queries.reduce((sum, { recordIds }) => sum + recordIds.length, 0));

describe('the number of requests', () => {
  it.each([
    [0, 0],
    [1, 1],
    [500, 1],
    [501, 1],
    [10_000, 1],
    [20_000, 1],
    [100_000, 5],
  ])('for %i ids is %i', async (count, requests) => {
    const { source, ask } = setUp();

    const answer = await ask(ids(count));

    expect(source.requests).toHaveLength(requests);
    expect(answer).toMatchObject({ cursor: undefined, error: undefined });
    expect(answer.answered.size).toBe(count);
  });

  it('is one GET below the URL budget and one bulk list of at most 1,000 ids a query above it', async () => {
    const { source, ask } = setUp();

    await ask(ids(500));
    await ask(ids(2_500));

    expect(source.requests.map(({ form }) => form)).toEqual(['get', 'bulk']);
    expect(source.requests[1]?.queries.map(({ recordIds }) => recordIds.length)).toEqual([1000, 1000, 500]);
  });

  it('keeps the body of a bulk list under 512 KB', async () => {
    const { source, ask } = setUp();
    const long = ids(20_000).map((id) => id.padStart(64, 'x'));

    await ask(long);

    const bytes = source.requests.map(
      ({ queries }) => queries.flatMap(({ recordIds }) => recordIds).join().length,
    );
    expect(Math.max(...bytes)).toBeLessThanOrEqual(512 * 1024);
    expect(bytes).toHaveLength(3);
  });
});

describe('a server without bulk lists', () => {
  it('is asked by GETs from then on, at most four a second', async () => {
    const { source, ask } = setUp();
    source.bulkList = false;

    const answer = await ask(ids(2_000));

    expect(source.requests.map(({ form }) => form)).toEqual(['bulk', 'get', 'get', 'get', 'get']);
    expect(answer.bulkList).toBe(false);
    expect(answer.answered.size).toBe(2_000);
    const starts = source.requests.map(({ at }) => at);
    const gaps = starts.slice(1).map((at, index) => at - (starts[index] as number));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(REQUEST_SPACING);
  });

  it('is not tried again while it is known', async () => {
    const { source, ask } = setUp();

    await ask(ids(1_000), { bulkList: false });

    expect(source.requests.map(({ form }) => form)).toEqual(['get', 'get']);
  });

  it('leaves what does not fit into the time to the next pass, which starts there', async () => {
    const { source, ask } = setUp();

    const first = await ask(ids(5_000), { bulkList: false, budget: 1_000 });
    const second = await ask(ids(5_000), {
      bulkList: false,
      budget: 60_000,
      ...(first.cursor && { cursor: first.cursor }),
    });

    expect(first.answered.size).toBe(2_000);
    expect(first.cursor).toEqual({ from: '002001' });
    expect(source.requests[4]?.queries[0]?.recordIds[0]).toBe('002001');
    expect(second.answered.size).toBe(5_000);
  });
});

describe('a page that the server cut', () => {
  it('is followed by questions that fit its cap, for the ids that have no answer yet', async () => {
    const { source, ask, insert } = setUp();
    insert(ids(450), true);
    source.cap = 100;

    const answer = await ask(ids(450));

    expect(answer.records.size).toBe(450);
    expect(answer.answered.size).toBe(450);
    expect(
      source.requests.map(({ form, queries }) => [form, ...queries.map(({ recordIds }) => recordIds.length)]),
    ).toEqual([
      ['get', 450],
      ['bulk', 100, 100, 100, 50],
    ]);
    expect(answer.cutPages).toBe(1);
  });

  it('costs one more request however many pages were cut', async () => {
    const { source, ask, insert } = setUp();
    insert(ids(10_000), true);
    source.cap = 100;

    const answer = await ask(ids(10_000));

    expect(answer.records.size).toBe(10_000);
    expect(askedPerRequest(source)).toEqual([10_000, 9_000]);
  });

  it('is followed by short GETs where there are no bulk lists', async () => {
    const { source, ask, insert } = setUp();
    insert(ids(250), true);
    source.cap = 100;

    const answer = await ask(ids(250), { bulkList: false });

    expect(answer.records.size).toBe(250);
    expect(askedPerRequest(source)).toEqual([250, 100, 50]);
  });

  it('is an error when it holds nothing that was asked for', async () => {
    const { source, ask } = setUp();
    source.list = async () => ({ records: [{ recordId: 'stranger', paid: true }], isLastPage: false });

    const answer = await ask(ids(2));

    expect(answer.error).toBeInstanceOf(InvalidResponseError);
    expect([answer.answered.size, answer.records.size]).toEqual([0, 0]);
  });
});

describe('an answer', () => {
  it('counts only for ids that were asked for', async () => {
    const { source, ask } = setUp();
    source.sloppy = true;

    const answer = await ask(['000001']);

    expect([...answer.records.keys()]).toEqual([]);
  });
});

describe('a refused id', () => {
  it('is found by halving, and the others are answered', async () => {
    const { source, ask } = setUp();
    source.poison.add('000437');

    const answer = await ask(ids(500));

    expect([...answer.invalid]).toEqual([['000437', 'bad id 000437']]);
    expect(answer.answered.size).toBe(499);
    expect(answer.error).toBeUndefined();
  });

  it('that is text among integers is parted from them at once', async () => {
    const { source, ask } = setUp();
    source.poison.add('rec_abc');

    const answer = await ask([...ids(10_000), 'rec_abc']);

    // The empty ones ask whether the query as such is accepted: before looking for an id, and before blaming one.
    expect(askedPerRequest(source)).toEqual([10_001, 0, 10_000, 1, 0]);
    expect([...answer.invalid.keys()]).toEqual(['rec_abc']);
  });

  it('is invalid only when the query is accepted without it', async () => {
    const { source, ask } = setUp();
    source.poison.add('000001');

    const alone = await ask(['000001']);
    source.faults = [new InvalidQueryError(DETAILS), new InvalidQueryError(DETAILS)];
    const wrongSetting = await ask(ids(10_000));

    expect([...alone.invalid.keys()]).toEqual(['000001']);
    expect(wrongSetting.invalid.size).toBe(0);
    expect(wrongSetting.error).toBeInstanceOf(InvalidQueryError);
    expect(askedPerRequest(source).slice(-2)).toEqual([10_000, 0]);
  });

  it('is not invalid when nothing is accepted after its refusal: the database fails', async () => {
    const { source, ask } = setUp();
    source.urlIds = 4;
    source.faults = [undefined, ...Array.from({ length: 20 }, () => new InvalidQueryError(DETAILS))];

    const answer = await ask(ids(8), { bulkList: false });

    expect([...answer.answered]).toEqual(ids(4));
    expect([...answer.invalid.keys()]).toEqual([]);
    expect(answer.error).toBeInstanceOf(InvalidQueryError);
  });

  it('stays found when the pass ends with an error after something else was accepted', async () => {
    const { source, ask } = setUp();
    source.poison.add('000001');
    source.faults = [...Array.from({ length: 5 }, () => undefined), new ServerFaultError(DETAILS)];

    const answer = await ask(ids(4));

    expect(answer.error).toBeInstanceOf(ServerFaultError);
    expect([...answer.invalid.keys()]).toEqual(['000001']);
  });

  it('is isolated over several passes when one is too short', async () => {
    const { source, ask } = setUp();
    source.poison.add('009999');
    let cursor: Cursor | undefined;
    let passes = 0;
    let invalid: string[] = [];

    while (invalid.length === 0 && passes < 20) {
      const answer = await ask(ids(10_000), { budget: 1_800, ...(cursor && { cursor }) });
      cursor = answer.cursor;
      invalid = [...answer.invalid.keys()];
      passes += 1;
    }

    expect(invalid).toEqual(['009999']);
    expect(passes).toBeLessThan(6);
  });
});

describe('an error', () => {
  it('ends the pass, keeps what was learned before, and the next pass starts after it', async () => {
    const { source, ask, insert } = setUp();
    insert(['000001'], true);
    source.faults = [undefined, new ServerFaultError(DETAILS)];

    const answer = await ask(ids(1_500), { bulkList: false });

    expect(answer.error).toBeInstanceOf(ServerFaultError);
    expect([...answer.records.keys()]).toEqual(['000001']);
    expect(answer.answered.size).toBe(500);
    expect(answer.cursor).toEqual({ from: '001001' });
  });

  it('about the length of the URL makes the questions shorter', async () => {
    const { source, ask } = setUp();
    source.faults = [new UrlTooLongError(DETAILS)];

    const answer = await ask(ids(400));

    expect(askedPerRequest(source)).toEqual([400, 200, 200]);
    expect(answer.answered.size).toBe(400);
  });

  it('of our own making is not hidden', async () => {
    const { source, ask } = setUp();
    source.list = async () => {
      throw new RangeError('bug');
    };

    await expect(ask(ids(1))).rejects.toThrow(new RangeError('bug'));
  });
});
