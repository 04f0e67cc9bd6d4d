import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { WebhookRequest } from '../../../lambda/webhook/handle-webhook.ts';
import { MAX_BODY_BYTES } from '../../../lambda/webhook/read-event.ts';
import { SECRET_HEADER } from '../../../lambda/webhook/secret-check.ts';
import { harness, requestOf, row, SECRET, TABLE_ID, ticked, updateEvent } from './harness.ts';

const OWNER = { NOCODB_OWNER_FIELD: 'TG ID' };

describe('a call of the webhook', () => {
  it('confirms every payment of the record that was ticked, counts them and says so', async () => {
    const { table, handle, clock, events } = await harness();
    await table.track('12345', '17');
    await table.track('67890', '17');
    await table.track('12345', '18');

    const answer = await handle(requestOf(ticked(17)));

    expect(answer).toMatchObject({ statusCode: 200, body: '{"confirmed":2}' });
    expect(table.status('12345', '17')).toBe('paid');
    expect(table.status('67890', '17')).toBe('paid');
    expect(table.status('12345', '18')).toBe('pending');
    expect(table.item('12345', '17')).toMatchObject({ paidAt: clock.now() });
    expect(table.control.counters.confirmed).toBe(2);
    expect(events).toMatchObject([
      { type: 'payment.confirmed', by: 'webhook', payment: { userId: '12345', recordId: '17' } },
      { type: 'payment.confirmed', by: 'webhook', payment: { userId: '67890', recordId: '17' } },
      { type: 'webhook.handled', records: 1, confirmed: 2 },
    ]);
  });

  it('confirms a payment that was given up', async () => {
    const { table, handle, clock } = await harness();
    await table.track('12345', '17');
    await table.payments.markMissing({ userId: '12345', recordId: '17' }, clock.now());

    expect(await handle(requestOf(ticked(17)))).toMatchObject({ body: '{"confirmed":1}' });
    expect(table.status('12345', '17')).toBe('paid');
  });

  it.each([
    ['confirms no payment that was tracked for another table', {}, 'pending'],
    ['confirms it where an owner field protects it', OWNER, 'paid'],
  ] as const)('%s', async (_, variables, status) => {
    const { table, handle, clock } = await harness(variables);
    await table.track('12345', '17');
    clock.advance(1_000);
    await table.remember({
      watched: [
        { table: 'another', since: 0 },
        { table: TABLE_ID, since: clock.now() },
      ],
    });
    await table.track('67890', '18');

    await handle(requestOf(ticked(17)));
    await handle(requestOf(ticked(18, { 'TG ID': '67890' })));

    expect([table.status('12345', '17'), table.status('67890', '18')]).toEqual([status, 'paid']);
  });

  it('confirms nothing while the ticks still watch another table', async () => {
    const { table, handle } = await harness();
    await table.track('12345', '17');
    await table.remember({ watched: [{ table: 'another', since: 0 }] });

    expect(await handle(requestOf(ticked(17)))).toMatchObject({ body: '{"confirmed":0}' });
    expect(table.status('12345', '17')).toBe('pending');
  });

  it('changes nothing when it comes again', async () => {
    const { table, handle } = await harness();
    await table.track('12345', '17');
    await handle(requestOf(ticked(17)));
    const writes = table.writes;

    const answer = await handle(requestOf(ticked(17)));

    expect(answer).toMatchObject({ statusCode: 200, body: '{"confirmed":0}' });
    expect(table.writes).toBe(writes);
    expect(table.control.counters.confirmed).toBe(1);
  });

  it('understands a body in base64, and values as PostgreSQL gives them', async () => {
    const { table, handle } = await harness();
    await table.track('12345', '17');
    const event = updateEvent([row(17, { Paid: true })], [row(17, { Paid: null })]);

    const body = Buffer.from(JSON.stringify(event)).toString('base64');
    await handle(requestOf(body, { isBase64Encoded: true }));

    expect(table.status('12345', '17')).toBe('paid');
  });

  it('confirms only what became paid: rows and previous rows are brought together by their ids', async () => {
    const { table, handle } = await harness();
    for (const id of ['1', '2', '3', '4']) await table.track('12345', id);
    const before = [row(1), row(2), row(3, { Paid: 1 }), row(4)];
    // As NocoDB does it: all as they were, but only those that meet the condition as they are.
    const after = [row(4, { Paid: 1 }), row(2, { Paid: 1 }), row(3, { Paid: 1 })];

    const answer = await handle(requestOf(updateEvent(after, before)));

    expect(answer.body).toBe('{"confirmed":2}');
    const statuses = ['1', '2', '3', '4'].map((id) => table.status('12345', id));
    expect(statuses).toEqual(['pending', 'paid', 'pending', 'paid']);
  });

  it("confirms nobody by the made-up record of NocoDB's own test button", async () => {
    const { table, handle } = await harness();
    await table.track('12345', '1');
    const sample = row(1, { Title: 'Sample Text', Paid: true, 'TG ID': 'Sample Text', Chat: 123 });
    const insert = { ...updateEvent([sample], []), type: 'records.after.insert' };

    for (const event of [updateEvent([sample], [sample]), insert]) {
      expect(await handle(requestOf(event))).toMatchObject({ statusCode: 200, body: '{"confirmed":0}' });
    }

    expect(table.status('12345', '1')).toBe('pending');
  });

  it('leaves alone what its own value calls unpaid, whatever condition the webhook has', async () => {
    const { table, handle } = await harness();
    await table.track('12345', '17');

    await handle(requestOf(updateEvent([row(17, { Paid: 'no', Title: 'edited' })], [row(17)])));

    expect(table.status('12345', '17')).toBe('pending');
  });

  it('takes the configured texts for paid', async () => {
    const { table, handle } = await harness({
      NOCODB_PAID_FIELD: 'Status',
      NOCODB_PAID_VALUES: 'Paid,Succeeded',
    });
    await table.track('12345', '17');
    await table.track('12345', '18');
    const before = [row(17, { Status: 'Pending' }), row(18, { Status: 'Pending' })];
    const after = [row(17, { Status: 'Succeeded' }), row(18, { Status: 'paid' })];

    await handle(requestOf(updateEvent(after, before)));

    expect(table.status('12345', '17')).toBe('paid');
    expect(table.status('12345', '18')).toBe('pending');
  });

  it('confirms only the owner of the record, and tells of others', async () => {
    const { table, handle, events } = await harness(OWNER);
    await table.track('12345', '17');
    await table.track('666', '17');

    const answer = await handle(requestOf(ticked(17)));

    expect(answer.body).toBe('{"confirmed":1}');
    expect(table.status('12345', '17')).toBe('paid');
    expect(table.status('666', '17')).toBe('pending');
    expect(events).toContainEqual({
      type: 'payment.ownerMismatch',
      payment: { userId: '666', recordId: '17' },
      owner: '12345',
    });
  });

  it('looks up the reported records, however many, and never lists everything pending', async () => {
    const many = await harness();
    await many.table.track('12345', '500');
    const ids = Array.from({ length: 1000 }, (_, index) => index);
    const event = updateEvent(
      ids.map((id) => row(id, { Paid: 1 })),
      ids.map((id) => row(id)),
    );

    const list = vi.spyOn(many.table.payments, 'list');

    const answer = await many.handle(requestOf(event));

    expect(list).not.toHaveBeenCalled();
    expect(answer.body).toBe('{"confirmed":1}');
  });
});

describe('a call is refused, and nothing written,', () => {
  it.each<[number, string, WebhookRequest]>([
    [401, 'without the secret', requestOf(ticked(17), { headers: {} })],
    [401, 'with another secret', requestOf(ticked(17), { headers: { [SECRET_HEADER]: `${SECRET}!` } })],
    [401, 'without the secret, whatever else is wrong', requestOf('{', { headers: {} })],
    [405, 'when it is no POST', requestOf('', { requestContext: { http: { method: 'GET' } } })],
    [413, 'when it is too large', requestOf(`"${'x'.repeat(MAX_BODY_BYTES)}"`)],
    [
      413,
      'when it is too large in base64',
      requestOf(Buffer.alloc(MAX_BODY_BYTES + 1, ' ').toString('base64'), { isBase64Encoded: true }),
    ],
    [400, 'when it is empty', requestOf('')],
    [400, 'when it is half a body', requestOf(JSON.stringify(ticked(17)).slice(0, -1))],
    [400, 'when it is JSON of another kind', requestOf('[]')],
    [400, 'when it is another event', requestOf({ ...ticked(17), type: 'view.after.update' })],
    [400, 'when it is an old version', requestOf({ type: 'rows.after.update', data: {} })],
    [400, 'when it has no data', requestOf({ type: 'records.after.update' })],
    [
      400,
      'when it is about another table',
      requestOf({ ...ticked(17), data: { ...ticked(17).data, table_id: 'm2' } }),
    ],
    [
      400,
      'when its rows are no list',
      requestOf({ ...ticked(17), data: { ...ticked(17).data, rows: { 0: row(17) } } }),
    ],
    [400, 'when a row has no id', requestOf(updateEvent([{ Paid: 1 }], [row(17)]))],
    [400, 'when a row has no paid field', requestOf(updateEvent([{ Id: 17 }], [row(17)]))],
  ])('with %i %s', async (status, _why, request) => {
    const { table, handle, events } = await harness();
    await table.track('12345', '17');

    const answer = await handle(request);

    expect(answer).toMatchObject({ statusCode: status, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(answer.body)).toEqual({ error: expect.any(String) });
    expect(events).toEqual([{ type: 'webhook.refused', status, reason: JSON.parse(answer.body).error }]);
    expect(table.writes).toBe(0);
    expect(table.status('12345', '17')).toBe('pending');
  });

  it('when the owner field has gone, rather than confirmed for anybody', async () => {
    const { table, handle } = await harness({ NOCODB_OWNER_FIELD: 'Owner' });
    await table.track('12345', '17');

    const answer = await handle(requestOf(ticked(17)));

    expect(answer).toMatchObject({ statusCode: 400, body: '{"error":"a record has no field \\"Owner\\""}' });
    expect(table.writes).toBe(0);
  });

  it('cleanly, whatever the body', async () => {
    const event = ticked(17);
    const json = fc.jsonValue().map((value) => JSON.stringify(value));
    const bent = fc.record({
      type: fc.constantFrom('records.after.update', 'records.after.delete', 17),
      data: fc.record(
        {
          table_id: fc.constantFrom(event.data.table_id, 'm2', null),
          rows: fc.oneof(fc.jsonValue(), fc.array(fc.record({ Id: fc.jsonValue(), Paid: fc.jsonValue() }))),
          previous_rows: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    });
    const torn = fc.nat(JSON.stringify(event).length - 1).map((end) => JSON.stringify(event).slice(0, end));
    const bodies = fc.oneof(
      fc.string(),
      json,
      torn,
      bent.map((value) => JSON.stringify(value)),
    );

    await fc.assert(
      fc.asyncProperty(bodies, fc.boolean(), async (body, isBase64Encoded) => {
        const { table, handle } = await harness(OWNER);
        await table.track('12345', '17');

        const answer = await handle(requestOf(body, { isBase64Encoded }));

        // An event in the right form that says nothing of a record that was unpaid before is no fault: 200.
        expect([200, 400]).toContain(answer.statusCode);
        expect(table.writes).toBe(0);
        expect(table.control.counters.confirmed).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a fault', () => {
  it('of the table shows to NocoDB and to Lambda, and what could be written counts', async () => {
    const { table, handle, events } = await harness();
    await table.track('12345', '17');
    await table.track('67890', '17');
    const confirm = table.payments.confirm.bind(table.payments);
    table.payments.confirm = async (payment, paidAt) => {
      if (payment.userId === '12345') throw new Error('throttled');
      return confirm(payment, paidAt);
    };

    await expect(handle(requestOf(ticked(17)))).rejects.toThrow('1 of the payments could not be written');

    expect(table.status('67890', '17')).toBe('paid');
    expect(table.control.counters.confirmed).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['payment.confirmed']);
  });

  it('of NocoDB shows, when fields are configured by ids whose titles have to be asked for', async () => {
    const { table, handle } = await harness({ NOCODB_PAID_FIELD: 'cabcdefghijklmn' });
    await table.track('12345', '17');

    await expect(handle(requestOf(ticked(17)))).rejects.toThrow('no request to NocoDB is expected');

    expect(table.writes).toBe(0);
  });
});
