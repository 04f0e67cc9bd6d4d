import { describe, expect, it } from 'vitest';
import { alternatives } from '../../../infra/cost/alternatives.ts';
import { billFor } from '../../../infra/cost/bill.ts';
import { readDeployment } from '../../../infra/cost/deployment.ts';
import { PRICES, type PriceId, type Usage } from '../../../infra/cost/prices.ts';

function usage(some: Partial<Usage>): Usage {
  const nothing = Object.fromEntries(Object.keys(PRICES).map((id) => [id, 0])) as Record<PriceId, number>;
  return { ...nothing, ...some };
}

describe('a bill', () => {
  it('is nothing for nothing', () => {
    expect(billFor(usage({}))).toMatchObject({ list: 0, afterFreeTier: 0 });
  });

  it('charges by the unit', () => {
    // 43,200 executions of 70 s in 64 MB.
    const bill = billFor(usage({ executions: 43_200, executionGbSeconds: 43_200 * 70 * 0.0625 }));

    expect(bill.list).toBeCloseTo(0.0432 + 3.1506, 3);
    expect(bill.afterFreeTier).toBe(bill.list);
  });

  it('leaves out what is free, and never pays back', () => {
    expect(billFor(usage({ alarms: 12 }))).toMatchObject({ list: 12 * 0.1, afterFreeTier: 2 * 0.1 });
    expect(billFor(usage({ alarms: 4 }))).toMatchObject({ list: 0.4, afterFreeTier: 0 });
  });
});

describe('the other ways', () => {
  it('cost what AWS charges for a write, and for a call, per user and interval', () => {
    const { everyStatusWritten, requests } = alternatives(20, 10_000);

    expect(everyStatusWritten).toBeCloseTo(810, 6);
    // One request in each of 129,600 ticks, and two for each of 4,320 audits.
    expect(requests).toEqual({ perUserPolling: 1_296_000_000, tracker: 129_600 + 2 * 4_320 });
  });

  it('read and send as much as the tracker as long as one request asks for everything', () => {
    const few = alternatives(20, 300);
    const many = alternatives(20, 1_000_000);

    expect(few.allAskedFor / few.sliceAskedFor).toBeCloseTo(1, 1);
    expect(many.allAskedFor / many.sliceAskedFor).toBeGreaterThan(30);
  });
});

describe('a template', () => {
  it.each([
    ['no tracker', {}, /0 of AWS::StepFunctions::StateMachine/],
    [
      'a loop of another type',
      { Loop: { Type: 'AWS::StepFunctions::StateMachine', Properties: { StateMachineType: 'STANDARD' } } },
      /the loop is STANDARD/,
    ],
    [
      'a loop that nothing starts',
      { Loop: { Type: 'AWS::StepFunctions::StateMachine', Properties: { StateMachineType: 'EXPRESS' } } },
      /one rule starts each minute/,
    ],
  ])('with %s gets no bill', (_, Resources, message) => {
    expect(() => readDeployment({ Resources })).toThrow(message);
  });
});
