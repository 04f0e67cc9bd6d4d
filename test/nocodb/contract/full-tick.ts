import { beforeAll, describe, expect, it } from 'vitest';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';
import { openSource } from './adapter.ts';
import { insert, remove, update } from './seed.ts';
import type { TargetOf } from './target.ts';

const RECORDS = 10_000;
const INTERVAL_SECONDS = 20;

/** The machine's clock, which tests advance by whole slots instead of waiting for the next tick. */
class SkippingClock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  skip(milliseconds: number): void {
    this.#ahead += milliseconds;
  }
}

/** Tests whole ticks over 10,000 records with the real tracker and record source, and the payments table in memory. */
export function describeFullTick(targetOf: TargetOf): void {
  describe(`ticks over ${RECORDS} records`, () => {
    const clock = new SkippingClock();
    const table = new SimulatedPayments({ clock });
    const events: TrackerEvent[] = [];
    let ids: number[] = [];

    const isPaid = (index: number) => index % 4 === 0;
    const userOf = (index: number) => `user${index}`;
    const statusOf = (index: number) => table.status(userOf(index), String(ids[index]));

    const pending = async () => (await table.payments.list(undefined, 2 * RECORDS)).payments.length;

    async function nextTick() {
      clock.skip(INTERVAL_SECONDS * 1000);
      events.length = 0;
      const source = openSource(targetOf(), { NOCODB_OWNER_FIELD: 'TG ID' });
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
      const records = Array.from({ length: RECORDS }, (_, index) => ({
        Paid: isPaid(index),
        'TG ID': userOf(index),
      }));
      ids = await insert(targetOf(), records);
      for (const [index, id] of ids.entries()) await table.track(userOf(index), String(id));
    }, 120_000);

    it('confirm every paid one and no other, with one request where the pages are large enough', async () => {
      const { result, finished } = await nextTick();

      expect(result).toMatchObject({ outcome: 'done', checked: RECORDS, confirmed: RECORDS / 4 });
      expect(finished).toMatchObject({ pending: (RECORDS * 3) / 4, usersUpdated: RECORDS, unanswered: 0 });
      expect(ids.every((_, index) => (statusOf(index) === 'paid') === isPaid(index))).toBe(true);
      if (targetOf().pageCap === 1000) expect(finished).toMatchObject({ requests: 1, cutPages: 0 });
      else expect(finished?.cutPages).toBeGreaterThan(0);
    });

    it('confirm what is ticked afterwards, unless it is somebody else’s record', async () => {
      await update(targetOf(), ids[1] as number, { Paid: true });
      await update(targetOf(), ids[2] as number, { Paid: true, 'TG ID': 'somebody else' });

      const { result, finished } = await nextTick();

      expect(result).toMatchObject({ confirmed: 1 });
      expect(finished).toMatchObject({ ownerMismatches: 1 });
      expect([statusOf(1), statusOf(2), statusOf(3)]).toEqual(['paid', 'pending', 'pending']);
    });

    it('isolate ids that the database refuses, and go on with the others', async () => {
      await table.track('mallory', 'rec_abc');
      await table.track('oscar', '99999999999');
      await update(targetOf(), ids[3] as number, { Paid: true });

      const { result } = await nextTick();

      const refused = targetOf().database === 'postgres' ? 'invalid' : 'pending';
      expect(result).toMatchObject({ confirmed: 1 });
      expect([table.status('mallory', 'rec_abc'), table.status('oscar', '99999999999')]).toEqual([
        refused,
        refused,
      ]);
    });

    it('notice after three audits that a record is gone, and miss no other', async () => {
      const last = RECORDS - 1;
      await remove(targetOf(), [ids[last] as number]);
      const before = await pending();

      for (let audits = 0; statusOf(last) === 'pending' && audits < 8; ) {
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
