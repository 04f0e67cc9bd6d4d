import { describe, expect, it } from 'vitest';
import {
  InvalidQueryError,
  InvalidResponseError,
  ServerFaultError,
  TimeoutError,
  UrlTooLongError,
} from '../../../lambda/tracker/errors.ts';
import { type FetchOptions, fetchRecords } from '../../../lambda/tracker/fetch-records.ts';
import { Pacer, REQUEST_SPACING_MS } from '../../../lambda/tracker/pacer.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { DETAILS, FakeSource, VAGUE } from '../../support/fake-source.ts';

const ids = (count: number) =>
  Array.from({ length: count }, (_, index) => String(index + 1).padStart(6, '0'));

function setUp() {
  const clock = new FakeClock();
  const source = new FakeSource(clock);
  const pacer = new Pacer(clock);
  const ask = (
    recordIds: string[],
    { want = 'paid', bulkList, budget = 10_000, alone = 0, ...rest }: AskWith = {},
  ) =>
    fetchRecords(
      [
        { ids: recordIds.slice(0, alone), isolating: true },
        { ids: recordIds.slice(alone), isolating: false },
      ],
      {
        source,
        clock,
        pacer,
        want,
        bulkList,
        deadline: clock.now() + budget,
        report: (event) => event.type === 'nocodb.request' && pacer.sent(),
        ...rest,
      },
    );
  const insert = (recordIds: string[], paid = false) => {
    for (const id of recordIds) source.records.set(id, { paid });
  };
  return { clock, source, ask, insert };
}

type AskWith = Partial<
  Pick<FetchOptions, 'want' | 'bulkList' | 'batchSize' | 'acceptedId' | 'maxRequests'>
> & {
  /** How many of the first ids are being isolated. */
  alone?: number;
  /** Milliseconds. */
  budget?: number;
};

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
    expect(answer.error).toBeUndefined();
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
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(REQUEST_SPACING_MS);
  });

  it('is not tried again while it is known', async () => {
    const { source, ask } = setUp();

    await ask(ids(1_000), { bulkList: false });

    expect(source.requests.map(({ form }) => form)).toEqual(['get', 'get']);
  });

  it('leaves what does not fit into the time unasked, which is no error', async () => {
    const { source, ask } = setUp();

    const result = await ask(ids(5_000), { bulkList: false, budget: 1_200 });

    expect([...result.answered]).toEqual(ids(2_000));
    expect(source.requests).toHaveLength(4);
    expect(result.error).toBeUndefined();
  });
});

it('a request is sent if it may take as long as the quickest one', async () => {
  const { source, ask } = setUp();
  Object.assign(source, { urlIds: 1, latency: 3_750 });

  const answer = await ask(ids(3), { bulkList: false, budget: 10_000 });

  expect([...answer.answered]).toEqual(ids(2));
});

it('a slow request is no measure for the next ones when a quick one came after it', async () => {
  const { source, ask } = setUp();
  Object.assign(source, { urlIds: 1, latency: 3_000 });
  const list = source.list.bind(source);
  source.list = async (...args) => {
    const page = await list(...args);
    source.latency = 100;
    return page;
  };

  const answer = await ask(ids(5), { bulkList: false, budget: 8_000 });

  expect(answer.answered.size).toBe(5);
});

describe('a limit to the requests', () => {
  it('leaves the rest to the next run', async () => {
    const { source, ask } = setUp();
    source.urlIds = 1;

    const answer = await ask(ids(3), { bulkList: false, maxRequests: 2 });

    expect(askedPerRequest(source)).toEqual([1, 1]);
    expect([...answer.answered]).toEqual(ids(2));
    expect(answer.error).toBeUndefined();
  });

  it('also ends the search for a bad id', async () => {
    const { source, ask } = setUp();
    source.poison.add('000001');

    const answer = await ask(ids(4), { acceptedId: '000009', maxRequests: 1 });

    expect(askedPerRequest(source)).toEqual([4, 1]);
    expect(answer.isolating).toEqual([ids(2), ['000003', '000004']]);
  });

  it('does not hold for an id alone, which the requests before have found', async () => {
    const { source, ask } = setUp();
    source.poison.add('000001');

    const answer = await ask(ids(2), { acceptedId: '000009', maxRequests: 1 });

    // The first id, and one that was accepted before, before and after it.
    expect(askedPerRequest(source)).toEqual([2, 1, 1, 1]);
    expect([...answer.invalid.keys()]).toEqual(['000001']);
    expect(answer.isolating).toEqual([['000002']]);
    expect(answer.requests).toBe(1);
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

  it('is an error when the answer of a bulk list does not have it', async () => {
    const { source, ask } = setUp();
    source.listMany = async () => [];

    const answer = await ask(ids(600));

    expect(answer.error).toBeInstanceOf(InvalidResponseError);
    expect([answer.answered.size, answer.records.size]).toEqual([0, 0]);
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

    // The others ask whether the query as such is accepted, and whether another id is, before one is blamed.
    expect(askedPerRequest(source)).toEqual([10_001, 0, 10_000, 1, 1]);
    expect([...answer.invalid.keys()]).toEqual(['rec_abc']);
  });

  it('is invalid only when the query is accepted without it', async () => {
    const { source, ask } = setUp();
    source.poison.add('000001');

    const alone = await ask(['000001'], { acceptedId: '000002' });
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

    const answer = await ask(ids(4), { acceptedId: '000009' });

    expect(answer.error).toBeInstanceOf(ServerFaultError);
    expect([...answer.invalid.keys()]).toEqual(['000001']);
  });

  it('is isolated over several runs when one is too short', async () => {
    const { source, ask } = setUp();
    source.poison.add('009999');
    let left = ids(10_000);
    let alone = 0;
    let runs = 0;
    let invalid: string[] = [];

    while (invalid.length === 0 && runs < 20) {
      const result = await ask(left, { budget: 1_800, acceptedId: '000001', alone });
      left = left.slice(left.findIndex((id) => !result.answered.has(id)));
      alone = result.isolating[0]?.length ?? 0;
      invalid = [...result.invalid.keys()];
      runs += 1;
    }

    expect(invalid).toEqual(['009999']);
    expect(runs).toBeLessThan(6);
  });

  it('is searched for in the next run when there is no time to ask whether the query is accepted', async () => {
    const { source, ask } = setUp();
    source.poison.add('000003');
    source.latency = 1_000;

    const answer = await ask(ids(4), { budget: 2_000 });

    expect(askedPerRequest(source)).toEqual([4]);
    expect(answer.isolating).toEqual([
      ['000001', '000002'],
      ['000003', '000004'],
    ]);
    expect(answer.error).toBeUndefined();
  });

  it('is not invalid because a query without ids is accepted', async () => {
    const { source, ask } = setUp();
    for (const id of ids(4)) source.poison.add(id);

    const answer = await ask(ids(4), { alone: 1 });

    expect(askedPerRequest(source).slice(0, 3)).toEqual([1, 3, 0]);
    expect([...answer.invalid.keys()]).toEqual([]);
    expect(answer.error).toBeInstanceOf(InvalidQueryError);
  });

  it.each([
    ['a wrong setting was mended meanwhile', false],
    ['it is bad', true],
  ])('is asked for once more after the first id that the server ever accepted: %s', async (_, isBad) => {
    const { source, ask } = setUp();
    source.faults = [new InvalidQueryError(DETAILS)];
    if (isBad) source.poison.add('000001');

    const answer = await ask(ids(3), { alone: 1 });

    expect(askedPerRequest(source)).toEqual(isBad ? [1, 2, 1, 1] : [1, 2, 1]);
    expect([...answer.invalid.keys()]).toEqual(isBad ? ['000001'] : []);
    expect(answer.answered.size).toBe(isBad ? 2 : 3);
  });

  it('is not invalid as long as the server has accepted no id: the setting may be wrong', async () => {
    const { source, ask } = setUp();
    source.poison.add('000001');

    const result = await ask(['000001']);

    expect([...result.invalid.keys()]).toEqual([]);
    expect(result.error).toBeInstanceOf(InvalidQueryError);
  });
});

describe('refused ids', () => {
  it('end the run when two are refused alone and none was ever accepted', async () => {
    const { source, ask } = setUp();
    for (const id of ids(8)) source.poison.add(id);

    const answer = await ask(ids(8));

    expect(askedPerRequest(source)).toEqual([8, 0, 4, 2, 1, 1]);
    expect(answer.invalid.size).toBe(0);
    expect(answer.error).toBeInstanceOf(InvalidQueryError);
  });

  it('are all judged by the next id that is accepted', async () => {
    const { source, ask } = setUp();
    for (const id of ids(2)) source.poison.add(id);

    const answer = await ask(ids(4), { acceptedId: '000009' });

    expect(askedPerRequest(source)).toEqual([4, 1, 2, 1, 1, 2]);
    expect([...answer.invalid.keys()]).toEqual(ids(2));
  });

  it.each([
    [1_000, 4_000, '000009'],
    [1_000, 4_500, '000002'],
    [1_250, 5_250, '000002'],
  ])(
    'are judged at once when there is time for one more answer: of %i ms, in %i ms',
    async (latency, budget, next) => {
      const { source, ask } = setUp();
      source.poison.add('000001');
      source.latency = latency;

      const answer = await ask(ids(2), { acceptedId: '000009', alone: 1, budget });

      expect(source.requests[1]?.queries[0]?.recordIds).toEqual([next]);
      expect([...answer.invalid.keys()]).toEqual(['000001']);
    },
  );
});

describe('an id that is refused without a reason', () => {
  it('is found too, and blamed when it is refused a second time after the server accepted another', async () => {
    const { source, ask } = setUp();
    source.poison.add('rec_abc');
    source.vague = true;

    const answer = await ask([...ids(400), 'rec_abc']);

    expect(askedPerRequest(source)).toEqual([401, 0, 400, 1, 1, 1, 1]);
    expect([...answer.invalid.keys()]).toEqual(['rec_abc']);
    expect(answer.answered.size).toBe(400);
    expect(answer.error).toBeUndefined();
  });

  it('is found beside others, and they are answered', async () => {
    const { source, ask } = setUp();
    for (const id of ['000003', '000437']) source.poison.add(id);
    source.vague = true;

    const answer = await ask(ids(500));

    expect([...answer.invalid.keys()].sort()).toEqual(['000003', '000437']);
    expect(answer.answered.size).toBe(498);
  });

  it('is not blamed while the server is in trouble: one probe shows it', async () => {
    const { source, ask } = setUp();
    source.faults = Array.from({ length: 20 }, () => VAGUE);

    const answer = await ask(ids(1_000), { acceptedId: '000001', bulkList: false });

    expect(askedPerRequest(source)).toEqual([500, 1]);
    expect(answer.error).toBe(VAGUE);
    expect([answer.invalid.size, answer.answered.size]).toEqual([0, 0]);
  });

  it('is not blamed when the trouble begins after another was accepted', async () => {
    const { source, ask } = setUp();
    source.faults = [undefined, ...Array.from({ length: 20 }, () => VAGUE)];

    const answer = await ask(ids(1_000), { bulkList: false });

    expect(askedPerRequest(source)).toEqual([500, 500, 1]);
    expect(answer.error).toBe(VAGUE);
    expect(answer.invalid.size).toBe(0);
  });

  it('is not blamed when the trouble is over before it is asked for again', async () => {
    const { source, ask, insert } = setUp();
    insert(['000007'], true);
    source.faults = [VAGUE];

    const answer = await ask(['000007'], { acceptedId: '000001' });

    expect(askedPerRequest(source)).toEqual([1, 1, 1]);
    expect([...answer.records.keys()]).toEqual(['000007']);
    expect(answer.invalid.size).toBe(0);
    expect(answer.error).toBeUndefined();
  });
});

describe('an error', () => {
  it('ends the run and keeps what was learned before', async () => {
    const { source, ask, insert } = setUp();
    insert(['000001'], true);
    source.faults = [undefined, new ServerFaultError(DETAILS)];

    const answer = await ask(ids(1_500), { bulkList: false });

    expect(answer.error).toBeInstanceOf(ServerFaultError);
    expect([...answer.records.keys()]).toEqual(['000001']);
    expect([...answer.answered]).toEqual(ids(500));
  });

  it('about the length of the URL makes the questions shorter', async () => {
    const { source, ask } = setUp();
    source.faults = [new UrlTooLongError({ ...DETAILS, smallerMayPass: true })];

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

describe('a request that is too large', () => {
  it('is halved after a timeout, and the run goes on with the halves', async () => {
    const { source, ask } = setUp();
    source.latencyPerId = 1;

    // 10,000 ids take 10 s, of which 6 are allowed; their halves take 5 s of the 4 that are left.
    const first = await ask(ids(10_000));
    const second = await ask(ids(10_000), { batchSize: first.batchSize });

    expect(askedPerRequest(source).slice(0, 3)).toEqual([10_000, 5_000, 2_500]);
    expect(first.batchSize?.ids).toBeLessThanOrEqual(2_500);
    expect(second.error).toBeUndefined();
    expect(second.answered.size).toBeGreaterThan(1_000);
  });

  it('ends the run when it asks for one id', async () => {
    const { source, ask } = setUp();
    const fault = new TimeoutError({ ...DETAILS, smallerMayPass: true });
    source.faults = [fault];

    const answer = await ask(['000001']);

    expect(askedPerRequest(source)).toEqual([1]);
    expect(answer.error).toBe(fault);
    expect([...answer.failed]).toEqual(['000001']);
  });

  it('fails the run only when nothing was answered after it', async () => {
    const { source, ask } = setUp();
    source.latencyPerId = 10;

    const first = await ask(ids(10_000));

    expect(first.error).toBeInstanceOf(TimeoutError);
    expect(source.requests.length).toBeLessThanOrEqual(3);
  });

  it('grows again after quick answers, but not to a size that was refused', async () => {
    const { source, ask, clock } = setUp();
    const refused = { ids: 8_000, at: clock.now() };

    const free = await ask(ids(20_000), { batchSize: { ids: 1_000, successes: 0 } });
    const capped = await ask(ids(20_000), { batchSize: { ids: 1_000, successes: 0, refused } });

    expect(askedPerRequest(source).slice(0, 8)).toEqual([
      1_000, 1_000, 2_000, 2_000, 4_000, 4_000, 6_000, 1_000,
    ]);
    expect(free.answered.size).toBe(20_000);
    expect(capped.batchSize?.ids).toBe(4_000);
  });

  it('does not grow while answers are slow', async () => {
    const { source, ask } = setUp();
    source.latency = 2_000;

    const result = await ask(ids(5_000), { batchSize: { ids: 1_000, successes: 0 } });

    expect(new Set(askedPerRequest(source))).toEqual(new Set([1_000]));
    expect(result.batchSize).toEqual({ ids: 1_000, successes: expect.any(Number) });
  });
});
