import { beforeAll, describe, expect, it } from 'vitest';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';
import { openSource } from './adapter.ts';
import { insert, remove, update } from './seed.ts';
import type { ContractTarget, TargetOf } from './target.ts';

/** In v3, which asks in GETs, more than the four of one tick. */
const RECORDS = { auto: 10_000, v3: 2_200 } as const;
const INTERVAL_SECONDS = 20;

/** The machine's clock, but nobody waits: tests advance it by whole slots, and requests keep no distance. */
class SkippingClock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.skip(milliseconds);
  }

  skip(milliseconds: number): void {
    this.#ahead += milliseconds;
  }
}

/** Tests whole ticks over many records with the real tracker and record source, and the payments table in memory. */
export function describeFullTick(targetOf: TargetOf, apiVersion: ContractTarget['apiVersion']): void {
  const count = RECORDS[apiVersion];

  describe(`ticks over ${count} records`, () => {
    const clock = new SkippingClock();
    const table = new SimulatedPayments({ clock });
    const events: TrackerEvent[] = [];
    let ids: number[] = [];

    const isPaid = (index: number) => index % 4 === 0;
    const userOf = (index: number) => `user${index}`;
    const statusOf = (index: number) => table.status(userOf(index), String(ids[index]));

    const pending = async () => (await table.payments.list(undefined, 2 * count)).payments.length;

    async function nextTick() {
      clock.skip(INTERVAL_SECONDS * 1000);
      events.length = 0;
      const { token } = targetOf();
      const source = openSource(targetOf(), { NOCODB_OWNER_FIELD: 'TG ID' }, token, clock);
      const result = await tick({
        settings: { intervalSeconds: INTERVAL_SECONDS, auditEvery: 1 },
        clock,
        gate: table.gate,
        payments: table.payments,
        source,
        observe: (event) => events.push(event),
        newOwner: () => 'the only one',
      });
      const finished = events.find((event) => event.type === 'tick.finished');
      return { result, finished };
    }

    beforeAll(async () => {
      const records = Array.from({ length: count }, (_, index) => ({
        Paid: isPaid(index),
        'TG ID': userOf(index),
      }));
      ids = await insert(targetOf(), records);
      for (const [index, id] of ids.entries()) await table.track(userOf(index), String(id));
    }, 120_000);

    it('confirm every paid one and no other, with one request where the pages are large enough', async () => {
      const { result, finished } = await nextTick();

      expect(result).toMatchObject({ outcome: 'done', checked: count, confirmed: count / 4 });
      expect(finished).toMatchObject({ pending: (count * 3) / 4, usersUpdated: count, unanswered: 0 });
      expect(ids.every((_, index) => (statusOf(index) === 'paid') === isPaid(index))).toBe(true);
      if (targetOf().pageCap < 1000) expect(finished?.cutPages).toBeGreaterThan(0);
      else if (apiVersion === 'auto') expect(finished).toMatchObject({ requests: 1, cutPages: 0 });
      else expect(finished).toMatchObject({ cutPages: 0 });
    });

    it('confirm what is ticked afterwards, unless it is somebody else’s record', async () => {
      await update(targetOf(), ids[1] as number, { Paid: true });
      await update(targetOf(), ids[2] as number, { Paid: true, 'TG ID': 'somebody else' });

      const { result, finished } = await nextTick();

      expect(result).toMatchObject({ confirmed: 1 });
      expect(finished).toMatchObject({ ownerMismatches: 1 });
      const byId = events.filter((event) => event.type === 'nocodb.request' && event.recordIds > 0);
      expect(byId.length).toBeLessThanOrEqual(apiVersion === 'v3' ? 4 : byId.length);
      expect([statusOf(1), statusOf(2), statusOf(3)]).toEqual(['paid', 'pending', 'pending']);
    });

    it('isolate ids that the database refuses, and go on with the others', async () => {
      await table.track('mallory', 'rec_abc');
      await table.track('oscar', '99999999999');
      await update(targetOf(), ids[3] as number, { Paid: true });

      const { result } = await nextTick();

      const refused = targetOf().database === 'postgres' ? 'invalid' : 'pending';
      const bad = () => [table.status('mallory', 'rec_abc'), table.status('oscar', '99999999999')];
      expect(result).toMatchObject({ confirmed: 1 });
      // Where PostgreSQL's reason is lost, an id is asked for once more.
      for (let ticks = 1; bad().includes('pending') && refused === 'invalid' && ticks < 4; ticks += 1)
        await nextTick();
      expect(bad()).toEqual([refused, refused]);
    });

    it('notice after three audits that a record is gone, and miss no other', async () => {
      const last = count - 1;
      await remove(targetOf(), [ids[last] as number]);
      const before = await pending();

      // In v3, an audit takes several ticks.
      const most = apiVersion === 'v3' ? 80 : 8;
      for (let audits = 0; statusOf(last) === 'pending' && audits < most; ) {
        const { finished } = await nextTick();
        if (finished?.audit) audits += 1;
      }

      expect(statusOf(last)).toBe('missing');
      const left = await pending();
      const strangers = targetOf().database === 'sqlite' ? 2 : 0;
      expect(left).toBe(before - 1 - strangers);
    });
  });
}
