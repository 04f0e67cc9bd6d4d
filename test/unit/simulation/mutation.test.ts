import { describe, expect, it } from 'vitest';
import { GATE_IS_OPEN, IS_NOT_PAID, IS_PENDING, NO_PENALTY_RUNS } from '../../../lambda/table/conditions.ts';
import type { RecordPage } from '../../../lambda/tracker/record-source.ts';
import { missedGoals } from '../../simulation/report.ts';
import { type Mutation, simulate } from '../../simulation/simulation.ts';
import { type FaultProfile, FEW_FAULTS, MANY_FAULTS } from '../../simulation/world/fault-profile.ts';

const ALWAYS = '(attribute_exists(pk) OR attribute_not_exists(pk))';

/** Takes a condition for fulfilled, wherever it is asked for. */
function without(condition: string): Mutation {
  return { alterCondition: (expression) => expression.replace(condition, ALWAYS) };
}

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

async function missed(profile: FaultProfile, mutation: Mutation = {}): Promise<string[]> {
  const report = await simulate({ profile, seed: 7, minutes: 600, mutation });
  return missedGoals(report).map(({ goal }) => goal);
}

describe('the simulation', { timeout: 60_000 }, () => {
  it('finds every promise kept, with few and with many faults', async () => {
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
      MANY_FAULTS,
      withPages((page) => ({ ...page, isLastPage: true })),
    );

    expect(goals).toEqual(expect.arrayContaining(['0 lost', '0 givenUpWrongly']));
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
});
