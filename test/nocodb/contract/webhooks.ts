import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openHttpServer, type TestHttpServer } from '../../support/http-server.ts';
import { call, recordsPath } from './call.ts';
import { insert, insertOne, update } from './seed.ts';
import type { TargetOf } from './target.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: the server may send anything, and the tests check it
  readonly event: any;
}

/** Tests NocoDB's webhooks, version 3, with the condition that a box is ticked. */
export function describeWebhooks(targetOf: TargetOf): void {
  let receiver: TestHttpServer;
  const received: Received[] = [];

  const hooksPath = () => `/api/v2/meta/tables/${targetOf().tableId}/hooks`;
  const hook = (values: Record<string, unknown> = {}) => {
    const path = `${receiver.url}/hook`;
    const headers = [{ name: 'x-secret', value: 'open sesame', enabled: true }];
    const payload = { method: 'POST', path, body: '{{ json event }}', headers, parameters: [], auth: '' };
    const event = { event: 'after', operation: ['update'], version: 'v3', active: true };
    return { title: 'Paid', ...event, condition: true, notification: { type: 'URL', payload }, ...values };
  };
  const install = async (values?: Record<string, unknown>): Promise<string> => {
    const { body } = await call(targetOf(), 'POST', hooksPath(), { body: hook(values) });
    return body.id;
  };
  const addCondition = (hookId: string, field = 'Paid', condition: object = { comparison_op: 'checked' }) =>
    call(targetOf(), 'POST', `/api/v2/meta/hooks/${hookId}/filters`, {
      body: { fk_column_id: targetOf().columns[field], ...condition },
    });
  const arrival = (count: number) => vi.waitFor(() => expect(received).toHaveLength(count), 15_000);

  describe('a webhook', () => {
    beforeAll(async () => {
      receiver = await openHttpServer((response, { headers, body }) => {
        received.push({ headers, event: body });
        response.end();
      });
    });
    afterEach(async () => {
      received.length = 0;
      const { body } = await call(targetOf(), 'GET', hooksPath());
      for (const { id } of body.list) await call(targetOf(), 'DELETE', `/api/v2/meta/hooks/${id}`);
    });
    afterAll(() => receiver.close());

    it('is installed, listed, given a condition, and removed once', async () => {
      const created = await call(targetOf(), 'POST', hooksPath(), { body: hook() });
      const { id } = created.body;
      const condition = await addCondition(id);
      const listed = await call(targetOf(), 'GET', hooksPath());
      const conditions = await call(targetOf(), 'GET', `/api/v2/meta/hooks/${id}/filters`);
      const removed = await call(targetOf(), 'DELETE', `/api/v2/meta/hooks/${id}`);
      const again = await call(targetOf(), 'DELETE', `/api/v2/meta/hooks/${id}`);

      expect(created).toMatchObject({
        status: 200,
        body: { id: expect.stringMatching(/^hk/), title: 'Paid', operation: ['update'], version: 'v3' },
      });
      expect(JSON.parse(created.body.notification)).toEqual(hook().notification);
      expect(condition).toMatchObject({ status: 200, body: { fk_hook_id: id, comparison_op: 'checked' } });
      expect(listed.body.list.map((each: { id: string }) => each.id)).toEqual([id]);
      expect(conditions.body.list).toMatchObject([{ fk_column_id: targetOf().columns.Paid }]);
      expect(removed).toMatchObject({ status: 200, text: 'true' });
      expect(again).toMatchObject({
        status: 404,
        body: { error: 'ERR_HOOK_NOT_FOUND', message: `Hook '${id}' not found` },
      });
    });

    it('is refused in an older version, and its change without a version', async () => {
      const old = await call(targetOf(), 'POST', hooksPath(), { body: hook({ version: 'v2' }) });
      const id = await install();
      const change = await call(targetOf(), 'PATCH', `/api/v2/meta/hooks/${id}`, { body: { active: false } });

      const refusal = { status: 400, body: { msg: 'hook version is deprecated / not supported anymore' } };
      expect(old).toMatchObject(refusal);
      expect(change).toMatchObject(refusal);
    });

    it('sends the ticked record as it was and as it is, with the headers it was given', async () => {
      const target = targetOf();
      await addCondition(await install());
      const id = await insertOne(target, { Title: 'one', Paid: false, 'TG ID': '77' });

      await update(target, id, { Paid: true });
      await arrival(1);

      const [no, yes] = target.database === 'sqlite' ? [0, 1] : [false, true];
      expect(received[0]?.headers).toMatchObject({
        'x-secret': 'open sesame',
        'content-type': expect.stringContaining('application/json'),
      });
      expect(received[0]?.event).toEqual({
        type: 'records.after.update',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        base_id: target.baseId,
        version: 'v3',
        data: {
          table_id: target.tableId,
          table_name: 'Payments',
          previous_rows: [expect.objectContaining({ Id: id, Paid: no, UpdatedAt: null })],
          rows: [expect.objectContaining({ Id: id, Title: 'one', Paid: yes, 'TG ID': '77' })],
        },
      });
    });

    it('sends once for a change of several records: all as they were, those that were ticked as they are', async () => {
      const target = targetOf();
      await addCondition(await install());
      const ids = await insert(target, [{ Paid: false }, { Paid: false }, { Paid: true }]);

      const body = [
        { Id: ids[0], Title: 'edited' },
        { Id: ids[1], Paid: true },
        { Id: ids[2], Title: 'edited' },
      ];
      await call(target, 'PATCH', recordsPath(target), { body });
      await arrival(1);

      const { previous_rows, rows } = received[0]?.event.data ?? {};
      expect(previous_rows.map(({ Id }: { Id: number }) => Id)).toEqual(ids);
      expect(rows.map(({ Id }: { Id: number }) => Id)).toEqual([ids[1]]);
    });

    it('is silent about what does not tick a box: inserts, other edits, a second tick, unticking', async () => {
      const target = targetOf();
      await addCondition(await install());
      const unpaid = await insertOne(target, { Paid: false });
      const paid = await insertOne(target, { Paid: true });

      await update(target, unpaid, { Title: 'edited' });
      await update(target, paid, { Title: 'edited' });
      await update(target, paid, { Paid: true });
      await update(target, paid, { Paid: false });
      await update(target, unpaid, { Paid: true });
      await arrival(1);

      // Events are sent in order: an event of another change would be the first.
      expect(received[0]?.event.data.rows).toEqual([expect.objectContaining({ Id: unpaid })]);
    });

    it('tells of a record that was created ticked, if it was created alone', async () => {
      const target = targetOf();
      await addCondition(await install({ operation: ['insert', 'update'] }));

      await insert(target, [{ Paid: true }, { Paid: true }]);
      await insertOne(target, { Paid: false });
      const id = await insertOne(target, { Paid: true });
      await arrival(1);

      expect(received[0]?.event).toMatchObject({
        type: 'records.after.insert',
        data: { rows: [{ Id: id }] },
      });
      expect(received[0]?.event.data).not.toHaveProperty('previous_rows');
    });

    it('may have several conditions of which one is enough', async () => {
      const target = targetOf();
      const hookId = await install();
      for (const value of ['Paid', 'Succeeded']) {
        await addCondition(hookId, 'Status', { comparison_op: 'eq', value, logical_op: 'or' });
      }
      const one = await insertOne(target, { Status: 'Pending' });
      const other = await insertOne(target, { Status: 'Pending' });

      await update(target, one, { Status: 'Paid' });
      await arrival(1);
      await update(target, one, { Status: 'Succeeded' });
      await update(target, other, { Status: 'Succeeded' });
      await arrival(2);

      const rows = received.map(({ event }) => event.data.rows[0].Id);
      expect(rows).toEqual([one, other]);
    });

    it('is silent until it is activated, by the whole of it', async () => {
      const target = targetOf();
      const id = await insertOne(target, { Paid: false });
      const hookId = await install({ active: false, condition: false });

      await update(target, id, { Title: 'before' });
      const change = await call(target, 'PATCH', `/api/v2/meta/hooks/${hookId}`, {
        body: hook({ condition: false }),
      });
      await update(target, id, { Title: 'after' });
      await arrival(1);

      expect(change.status).toBe(200);
      expect(received[0]?.event.data.rows).toMatchObject([{ Title: 'after' }]);
    });

    it('without a condition sends every update', async () => {
      const id = await insertOne(targetOf(), {});
      await install({ condition: false });

      await update(targetOf(), id, { Title: 'edited' });
      await arrival(1);

      expect(received[0]?.event.data.rows).toEqual([expect.objectContaining({ Id: id, Title: 'edited' })]);
    });
  });
}
