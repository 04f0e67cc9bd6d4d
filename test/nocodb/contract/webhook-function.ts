import { afterEach, describe, expect, it } from 'vitest';
import { call, recordsPath } from './call.ts';
import { insert, insertOne, update } from './seed.ts';
import type { TargetOf } from './target.ts';
import { openWebhookDesk, type WebhookDesk } from './webhook-desk.ts';

const POLL = { timeout: 15_000, interval: 10 } as const;

/** Tests the tracker's webhook with the events that NocoDB sends. */
export function describeWebhookFunction(targetOf: TargetOf): void {
  describe("the tracker's webhook", () => {
    let desk: WebhookDesk;
    const answered = (calls: number) => expect.poll(() => desk.answers, POLL).toHaveLength(calls);
    afterEach(() => desk.close());

    it('confirms the owner of the record that is ticked, and nobody else', async () => {
      desk = await openWebhookDesk(targetOf(), { NOCODB_OWNER_FIELD: 'TG ID' });
      const [id, other] = await insert(targetOf(), [{ 'TG ID': '12345' }, { 'TG ID': '12345' }]);
      for (const [userId, recordId] of [
        ['12345', id],
        ['666', id],
        ['12345', other],
      ]) {
        await desk.table.track(String(userId), String(recordId));
      }

      await update(targetOf(), id as number, { Paid: true });
      await answered(1);

      expect(desk.answers).toEqual([200]);
      expect(desk.table.status('12345', String(id))).toBe('paid');
      expect(desk.table.status('666', String(id))).toBe('pending');
      expect(desk.table.status('12345', String(other))).toBe('pending');
      // Writes are concurrent: the confirmation may come after the mismatch.
      expect(desk.events.map(({ type }) => type).sort()).toEqual([
        'payment.confirmed',
        'payment.ownerMismatch',
        'webhook.handled',
      ]);
    });

    it('confirms those that were ticked among many that were changed in one call', async () => {
      desk = await openWebhookDesk(targetOf());
      const ids = await insert(
        targetOf(),
        Array.from({ length: 100 }, () => ({ Paid: false })),
      );
      for (const id of ids) await desk.table.track('12345', String(id));

      const body = ids.map((Id, index) => (index % 3 === 0 ? { Id, Paid: true } : { Id, Title: 'edited' }));
      await call(targetOf(), 'PATCH', recordsPath(targetOf()), { body });
      await answered(1);

      const paid = ids.filter((id) => desk.table.status('12345', String(id)) === 'paid');
      expect(paid).toEqual(ids.filter((_, index) => index % 3 === 0));
      expect(desk.table.control.counters.confirmed).toBe(34);
    });

    it('knows the fields by their ids', async () => {
      const { columns } = targetOf();
      desk = await openWebhookDesk(targetOf(), {
        NOCODB_ID_FIELD: columns.Id ?? '',
        NOCODB_PAID_FIELD: columns.Paid ?? '',
        NOCODB_OWNER_FIELD: columns['TG ID'] ?? '',
      });
      const id = await insertOne(targetOf(), { 'TG ID': '12345' });
      await desk.table.track('12345', String(id));

      await update(targetOf(), id, { Paid: true });
      await answered(1);

      expect(desk.table.status('12345', String(id))).toBe('paid');
    });

    it('takes the configured values of a select for paid', async () => {
      const variables = { NOCODB_PAID_FIELD: 'Status', NOCODB_PAID_VALUES: "Succeeded,it's (paid)" };
      desk = await openWebhookDesk(targetOf(), variables, 'Status');
      const ids = await insert(targetOf(), [{ Status: 'Pending' }, { Status: 'Pending' }, {}]);
      for (const id of ids) await desk.table.track('12345', String(id));

      await update(targetOf(), ids[0] as number, { Status: 'Paid' });
      await update(targetOf(), ids[1] as number, { Status: 'Succeeded' });
      await update(targetOf(), ids[2] as number, { Status: "it's (paid)" });
      await answered(2);

      const statuses = ids.map((id) => desk.table.status('12345', String(id)));
      expect(statuses).toEqual(['pending', 'paid', 'paid']);
    });
  });
}
