import { describe, expect, it } from 'vitest';
import { synthTemplate } from '../../infra/cost/deployment.ts';
import { MIN_PENALTY_MS } from '../../lambda/nocodb/retry-after.ts';
import type { EventBus } from '../../lambda/notify/event-bus.ts';
import type { PaymentConfirmed } from '../../lambda/notify/payment-confirmed.ts';
import { GATE_IS_OPEN, IS_NOT_PAID, IS_PENDING, NO_PENALTY_RUNS } from '../../lambda/table/conditions.ts';
import { QuotaUsedUpError, RateLimitedError, TimeoutError } from '../../lambda/tracker/errors.ts';
import { NEWS_OVERLAP_MS } from '../../lambda/tracker/news.ts';
import type { RecordPage, RequestContext } from '../../lambda/tracker/record-source.ts';
import { alarmsOf } from '../support/alarms.ts';
import { missedGoals } from './report.ts';
import { type Mutation, simulate } from './simulation.ts';
import {
  BROKEN_GATE,
  EXPIRY,
  type FaultProfile,
  FEW_FAULTS,
  LATE_STREAMS,
  LOST_ROWS,
  MANY_FAULTS,
  OTHER_TABLE,
  QUOTA,
  SLOW_IDS,
  SSM_AWAY,
  WRONG_ID_FIELD,
  WRONG_TABLE,
} from './world/fault-profile.ts';
import { announcingMapping, type StreamMapping } from './world/stream-mapping.ts';

const ALWAYS = '(attribute_exists(pk) OR attribute_not_exists(pk))';

/** Takes a condition for fulfilled, wherever it is asked for. */
function without(condition: string): Mutation {
  return { alterCondition: (expression) => expression.replace(condition, ALWAYS) };
}

/** An object that answers like another one, except for some of its methods. */
function altered<T extends object>(target: T, methods: Partial<T>): T {
  const get = (_: T, name: string | symbol) => {
    const member: unknown = Reflect.get(name in methods ? methods : target, name);
    return typeof member === 'function' ? member.bind(target) : member;
  };
  return new Proxy(target, { get });
}

/** Begins each audit with its largest slice in every tick, before the sweep, until one succeeds. */
const AUDIT_IS_KEPT: Mutation = {
  alterTick: ({ gate, source, payments, ...others }) => {
    let isRunning = false;
    const audit = async (context: RequestContext) => {
      if (!isRunning) return;
      const { payments: slice } = await payments.list(undefined, 5000);
      const ids = slice.map(({ recordId }) => recordId);
      await source.listMany([{ recordIds: ids, want: 'existing', limit: 1000 }], context);
    };
    return {
      ...others,
      payments,
      gate: altered(gate, {
        acquire: async (request) => {
          const answer = await gate.acquire(request);
          isRunning = answer.granted && answer.control.audit?.isRunning === true;
          return answer;
        },
        finish: (report) => {
          const { memory, error } = report;
          if (error === undefined || memory.audit === undefined || memory.audit.number === 0)
            return gate.finish(report);
          return gate.finish({
            ...report,
            memory: { ...memory, audit: { ...memory.audit, isRunning: true } },
          });
        },
      }),
      source: altered(source, {
        list: async (query, context) => {
          await audit(context);
          return source.list(query, context);
        },
        listMany: async (queries, context) => {
          await audit(context);
          return source.listMany(queries, context);
        },
      }),
    };
  },
};

/** Takes no error for one that a smaller request would avoid. */
const NEVER_SHRINKS: Mutation = {
  alterTick: ({ source, ...others }) => {
    const asLasting = (error: unknown): never => {
      if (!(error instanceof TimeoutError)) throw error;
      const { operation, target, problem, hint } = error;
      throw new TimeoutError({ operation, target, problem, hint });
    };
    return {
      ...others,
      source: altered(source, {
        list: (query, context) => source.list(query, context).catch(asLasting),
        listMany: (queries, context) => source.listMany(queries, context).catch(asLasting),
      }),
    };
  },
};

/** Sweeps only as long as everything is asked for in one tick. */
const NEVER_SWEEPS: Mutation = {
  alterTick: ({ gate, payments, ...others }) => {
    let isPartial = false;
    return {
      ...others,
      gate: altered(gate, {
        acquire: async (request) => {
          const answer = await gate.acquire(request);
          isPartial = answer.granted && answer.control.isPartial === true;
          return answer;
        },
      }),
      payments: altered(payments, {
        list: async (after, limit) =>
          isPartial ? { payments: [], isLast: false } : payments.list(after, limit),
      }),
    };
  },
};

const FORGETS_NEWCOMERS: Mutation = {
  alterTick: ({ payments, ...others }) => ({
    ...others,
    payments: altered(payments, { listNew: async () => ({ payments: [], isLast: true }) }),
  }),
};

const HAS_NO_OVERLAP: Mutation = {
  alterTick: ({ source, ...others }) => ({
    ...others,
    source: altered(source, {
      listChanged: (query, context) =>
        source.listChanged({ ...query, since: query.since + NEWS_OVERLAP_MS }, context),
    }),
  }),
};

/** Takes a condition for another one, wherever it is asked for. */
function instead(condition: string, other: string): Mutation {
  return { alterCondition: (expression) => expression.replace(condition, other) };
}

/** Audits the payments four by four, so that no audit can see that the table is the wrong one. */
const JUDGES_FEW_AT_A_TIME: Mutation = {
  alterTick: ({ payments, ...others }) => ({
    ...others,
    payments: altered(payments, {
      list: (after, limit) => payments.list(after, limit === 5_000 ? 4 : limit),
    }),
  }),
};

const FORGETS_GIVEN_UP: Mutation = {
  alterTick: ({ payments, ...others }) => ({
    ...others,
    payments: altered(payments, { listGivenUp: async () => ({ payments: [], isLast: true }) }),
  }),
};

const IGNORES_OTHER_TABLES: Mutation = {
  alterTick: ({ settings: { table: _, ...settings }, ...others }) => ({ ...others, settings }),
};

/** Reads that every payment was tracked just now, so that the condition of the write is all that is left. */
const TRUSTS_THE_WRITE: Mutation = {
  alterTick: ({ payments, clock, ...others }) => ({
    ...others,
    clock,
    payments: altered(payments, {
      trackedAt: async (some) =>
        new Map(some.map(({ userId, recordId }) => [`${userId} ${recordId}`, clock.now()])),
    }),
  }),
};

/** Takes an id for accepted although the settings have changed, and asks without one whether it is. */
const JUDGES_WITHOUT_PROOF: Mutation = {
  alterTick: ({ gate, source, ...others }) => ({
    ...others,
    gate: altered(gate, {
      acquire: async (request) => {
        const answer = await gate.acquire(request);
        if (!answer.granted) return answer;
        const { source: _, ...control } = answer.control;
        return { ...answer, control: { ...control, acceptedId: '1' } };
      },
    }),
    source: altered(source, {
      list: (query, context) => source.list(query.limit === 1 ? { ...query, recordIds: [] } : query, context),
    }),
  }),
};

/** Alters each page that the source answers with. */
function withPages(alter: (page: RecordPage) => RecordPage): Mutation {
  return {
    alterTick: ({ source, ...others }) => ({
      ...others,
      source: {
        fitsUrl: (ids, want) => source.fitsUrl(ids, want),
        list: async (query, context) => alter(await source.list(query, context)),
        listMany: async (queries, context) => (await source.listMany(queries, context)).map(alter),
        listChanged: async (query, context) => alter(await source.listChanged(query, context)),
      },
    }),
  };
}

/** Alters the bus that the function puts events on. */
function withBus(alter: (bus: EventBus) => EventBus['put']): Mutation {
  return { alterAnnouncing: (options) => ({ ...options, bus: { put: alter(options.bus) } }) };
}

/** Alters each event before it is put on the bus. */
function withEvents(alter: (event: PaymentConfirmed) => PaymentConfirmed): Mutation {
  return withBus((bus) => (events) => bus.put(events.map(alter)));
}

/** Alters the mapping of the stream to the function. */
function withMapping(properties: Partial<StreamMapping>): Mutation {
  return { alterMapping: (mapping) => ({ ...mapping, ...properties }) };
}

const SWALLOWS_REFUSALS = withBus((bus) => async (events) => {
  await bus.put(events);
  return [];
});

let announcements = 0;

/** Gives each event a key of its own, also one that repeats another. */
const NUMBERS_EVENTS = withEvents((event) => {
  announcements += 1;
  return { ...event, idempotencyKey: `${event.idempotencyKey}/${announcements}` };
});

const LOSES_DEAD_LETTERS: Mutation = {
  alterAnnouncing: (options) => ({ ...options, deadLetters: { put: async () => {} } }),
};

/** Takes a quota that is used up for a rate limit of half a minute. */
const TAKES_QUOTA_FOR_RATE_LIMIT: Mutation = {
  alterTick: ({ source, clock, ...others }) => {
    const asRateLimit = (error: unknown): never => {
      if (!(error instanceof QuotaUsedUpError)) throw error;
      const { operation, target, problem, hint } = error;
      const retryAt = clock.now() + MIN_PENALTY_MS;
      throw new RateLimitedError({ operation, target, problem, hint, retryAt });
    };
    return {
      ...others,
      clock,
      source: altered(source, {
        list: (query, context) => source.list(query, context).catch(asRateLimit),
        listMany: (queries, context) => source.listMany(queries, context).catch(asRateLimit),
        listChanged: (query, context) => source.listChanged(query, context).catch(asRateLimit),
      }),
    };
  },
};

const NOTES_NO_PENALTY: Mutation = {
  alterTick: ({ gate, ...others }) => ({ ...others, gate: altered(gate, { block: async () => {} }) }),
};

const { Resources: resources } = synthTemplate(20, { ownerField: 'TG ID' });
const [alarms, mapping] = [alarmsOf(resources), announcingMapping(resources)];

async function missed(profile: FaultProfile, mutation: Mutation = {}, minutes = 600): Promise<string[]> {
  const watched = profile === QUOTA ? { alarms } : {};
  const report = await simulate({ profile, seed: 7, minutes, mutation, mapping, ...watched });
  return missedGoals(report).map(({ goal }) => goal);
}

/** Many pages are cut, but fewer than half of the records of an audit: otherwise it takes the table for the wrong one. */
const SMALL_PAGES: FaultProfile = {
  ...MANY_FAULTS,
  pageCaps: { every: 60_000, caps: [20] },
};

/** Simulated minutes in which people do something wrong two or three times. */
const BAD_MINUTES = 240;

/** Simulated minutes in which a month ends after the fourth hour. */
const QUOTA_MINUTES = 360;

/** Simulated minutes with a slow server. */
const SLOW_MINUTES = 120;

describe('the simulation', { timeout: 300_000 }, () => {
  it('finds every goal met, with few and with many faults', async () => {
    expect(await missed(FEW_FAULTS)).toEqual([]);
    expect(await missed(MANY_FAULTS)).toEqual([]);
  });

  it('notices a gate that lets everybody through', async () => {
    expect(await missed(FEW_FAULTS, without(GATE_IS_OPEN))).toContain('0 overlaps');
  });

  it('notices a gate that forgets penalties', async () => {
    expect(await missed(MANY_FAULTS, without(NO_PENALTY_RUNS))).toContain('0 requestsInPenalties');
  });

  it('notices a confirmation that does not ask whether the payment is pending', async () => {
    expect(await missed(MANY_FAULTS, without(IS_PENDING))).toContain('0 doubled');
  });

  it('notices a payment that is reset by tracking it again', async () => {
    expect(await missed(FEW_FAULTS, without(IS_NOT_PAID))).toContain('0 doubled');
  });

  it('notices a page that is taken for the last one although the server cut it', async () => {
    const goals = await missed(
      SMALL_PAGES,
      withPages((page) => ({ ...page, isLastPage: true })),
    );

    expect(goals).toContain('0 givenUpWrongly');
  });

  it('notices records whose owner is not compared', async () => {
    const anybodys = ({ records, isLastPage }: RecordPage): RecordPage => ({
      isLastPage,
      records: records.map(({ recordId, paid }) => ({ recordId, paid })),
    });

    expect(await missed(FEW_FAULTS, withPages(anybodys))).toContain('0 invented');
  });

  it('notices a loop that waits so many seconds instead of for the next slot', async () => {
    const alterLoop = (json: string): string => {
      const definition = JSON.parse(json);
      const { Timestamp, ...wait } = definition.States['Wait for the slot'];
      definition.States['Wait for the slot'] = { ...wait, Seconds: 20 };
      return JSON.stringify(definition);
    };

    expect(await missed(FEW_FAULTS, { alterLoop })).toContain('gap p99 ≤ 20 s');
  });

  it('finds every goal met on bad days, and had something to do on them', async () => {
    const seen = { missing: 0, revived: 0, held: 0, passedOver: 0 };
    for (const profile of [WRONG_TABLE, LOST_ROWS, OTHER_TABLE, WRONG_ID_FIELD, BROKEN_GATE, SSM_AWAY]) {
      const report = await simulate({ profile, seed: 7, minutes: BAD_MINUTES });
      expect(missedGoals(report), profile.name).toEqual([]);
      for (const name of Object.keys(seen) as (keyof typeof seen)[]) seen[name] += report.seen[name];
    }

    expect(Object.values(seen).every((count) => count > 0)).toBe(true);
  });

  it('finds every goal met when only the condition of the write tells tables apart', async () => {
    const goals = await missed(OTHER_TABLE, TRUSTS_THE_WRITE, BAD_MINUTES);

    expect(goals).not.toContain('0 invented');
  });

  it.each<[string, FaultProfile, Mutation, string]>([
    [
      'audits that judge the wrong table few records at a time',
      WRONG_TABLE,
      JUDGES_FEW_AT_A_TIME,
      '0 givenUpWrongly',
    ],
    ['payments that are given up for good', LOST_ROWS, FORGETS_GIVEN_UP, '0 lost'],
    ['a table that is taken for the one before', OTHER_TABLE, IGNORES_OTHER_TABLES, '0 invented'],
    [
      'a confirmation that does not ask for which table the payment was tracked',
      OTHER_TABLE,
      {
        ...TRUSTS_THE_WRITE,
        alterCondition: (condition) => condition.replace(/\(#trackedAt[^)]*\)/, ALWAYS),
      },
      '0 invented',
    ],
    ['ids that are judged without proof', WRONG_ID_FIELD, JUDGES_WITHOUT_PROOF, '0 givenUpWrongly'],
    [
      'a gate that waits for a moment years ahead',
      BROKEN_GATE,
      instead(GATE_IS_OPEN, 'NOT (#nextAllowedAt > :now)'),
      '0 lost',
    ],
    [
      'a gate that waits for a penalty of years',
      BROKEN_GATE,
      instead(NO_PENALTY_RUNS, 'NOT (#blockedUntil > :now)'),
      '0 lost',
    ],
    [
      'a token that is forgotten when SSM does not give it again',
      SSM_AWAY,
      { alterToken: (token) => ({ ...token, get: token.refresh }) },
      'mostFailuresInRow ≤ 3',
    ],
  ])('notices %s', async (_, profile, mutation, goal) => {
    expect(await missed(profile, mutation, BAD_MINUTES)).toContain(goal);
  });

  it('finds every goal met when streams are late, and had something to do', async () => {
    const report = await simulate({ profile: LATE_STREAMS, seed: 7, minutes: BAD_MINUTES, mapping });

    expect(missedGoals(report)).toEqual([]);
    expect(report.announcements?.repeated).toBeGreaterThan(report.confirmed);
  });

  it.each<[string, Mutation, string]>([
    ['events that the bus refused and that count as announced', SWALLOWS_REFUSALS, '0 announcements lost'],
    [
      'a stream that is read from its latest change on',
      withMapping({ StartingPosition: 'LATEST' }),
      '0 announcements lost',
    ],
    [
      'a mapping that takes no notice of the first change that failed',
      withMapping({ FunctionResponseTypes: [] }),
      '0 announcements lost',
    ],
    [
      'changes that are given up after an hour',
      withMapping({ MaximumRecordAgeInSeconds: 3600 }),
      '0 announcements lost',
    ],
    [
      'changes that are no confirmation and reach the function',
      withMapping({ FilterCriteria: { Filters: [{ Pattern: '{}' }] } }),
      '0 announcements wrongDeadLetters',
    ],
    ['changes that nobody can read and nobody keeps', LOSES_DEAD_LETTERS, '0 announcements wrongDeadLetters'],
    ['a repeated event with another key', NUMBERS_EVENTS, '0 announcements withOtherKey'],
    [
      'a key that several payments have',
      withEvents((event) => ({ ...event, idempotencyKey: event.recordId.slice(-1) })),
      '0 announcements withOtherKey',
    ],
    [
      'an event about somebody else',
      withEvents((event) => ({ ...event, userId: '1000' })),
      '0 announcements invented',
    ],
  ])('notices %s', async (_, mutation, goal) => {
    expect(await missed(LATE_STREAMS, mutation, BAD_MINUTES)).toContain(goal);
  });

  it('finds every goal met when paid payments expire, and had something to do', async () => {
    const report = await simulate({ profile: EXPIRY, seed: 7, minutes: BAD_MINUTES, mapping });

    expect(missedGoals(report)).toEqual([]);
    expect(report.confirmedAgain).toBeGreaterThan(50);
  });

  it.each<[string, Mutation, string]>([
    [
      'a key that contains when the payment was confirmed',
      withEvents((event) => ({ ...event, idempotencyKey: `${event.idempotencyKey}/${event.paidAt}` })),
      '0 announcements withOtherKey',
    ],
    [
      'a paid payment that stays paid for good although it has expired',
      instead(IS_NOT_PAID, IS_NOT_PAID.replace(' OR #expiresAt <= :nowSeconds', '')),
      '0 lost',
    ],
  ])('notices %s', async (_, mutation, goal) => {
    expect(await missed(EXPIRY, mutation, BAD_MINUTES)).toContain(goal);
  });

  it('finds every goal met when a quota is used up, and had something to do', async () => {
    const report = await simulate({ profile: QUOTA, seed: 7, minutes: QUOTA_MINUTES, mapping, alarms });

    expect(missedGoals(report)).toEqual([]);
    expect(report.requestsBeyondQuota).toBeGreaterThan(2);
    expect(report.longestAfterQuota).toBeGreaterThan(0);
  });

  it('notices a quota that is taken for a rate limit', async () => {
    const goals = await missed(QUOTA, TAKES_QUOTA_FOR_RATE_LIMIT, QUOTA_MINUTES);

    expect(goals).toContain('0 requestsTooSoon');
    expect(goals).toContain('alarm ActionNeeded while the quota is used up');
  });

  it.each([
    ['a tick that fails by the quota and notes no penalty', NOTES_NO_PENALTY],
    ['a gate that forgets that the quota is used up', without(NO_PENALTY_RUNS)],
  ])('notices %s', async (_, mutation) => {
    expect(await missed(QUOTA, mutation, QUOTA_MINUTES)).toContain('0 requestsTooSoon');
  });

  it('finds every goal met with a server that is slow', async () => {
    expect(await missed(SLOW_IDS, {}, SLOW_MINUTES)).toEqual([]);
  });

  it.each([
    [
      'an audit that is kept after an error and asked before the sweep',
      AUDIT_IS_KEPT,
      'mostFailuresInRow ≤ 3',
    ],
    ['requests that never shrink', NEVER_SHRINKS, 'mostFailuresInRow ≤ 3'],
    ['pending payments that are never swept', NEVER_SWEEPS, '0 lost'],
    ['newcomers that are forgotten', FORGETS_NEWCOMERS, 'delay p99 ≤ 40 s'],
    ['news that do not overlap', HAS_NO_OVERLAP, 'delay p99 ≤ 40 s'],
  ])('notices %s', async (_, mutation, goal) => {
    expect(await missed(SLOW_IDS, mutation, SLOW_MINUTES)).toContain(goal);
  });
});
