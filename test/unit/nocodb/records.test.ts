import { describe, expect, it } from 'vitest';
import { createRecords } from '../../../lambda/nocodb/records.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import type { RequestContext } from '../../../lambda/tracker/record-source.ts';
import { type Answer, json, startHttpServer } from '../../support/http-server.ts';
import { halfBody, page, reset } from './answers.ts';
import { failureOf, RecordingClock, settingsFor, TOKEN } from './fixtures.ts';

function recordsFor(apiUrl: string, changes: Partial<NocoDbSettings> = {}) {
  const clock = new RecordingClock();
  const records = createRecords(settingsFor(apiUrl, changes), {
    token: fixedToken(TOKEN),
    clock,
    random: () => 0.5,
  });
  const context: RequestContext = { deadline: clock.now() + 10_000, report: () => {} };
  return { records, context, clock };
}

describe('creating a record', () => {
  it('posts the fields and gives the new id as text', async () => {
    const server = await startHttpServer(json(200, { Id: 7 }));
    const { records, context } = recordsFor(server.url);

    const id = await records.create({ Title: 'Order 17', 'TG ID': '12345' }, context);

    expect(id).toBe('7');
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v2/tables/mpayments000001/records',
      body: { Title: 'Order 17', 'TG ID': '12345' },
    });
  });

  it('gives the id it was sent when the id field is not the key of the table', async () => {
    const server = await startHttpServer(json(200, { Id: 7 }));
    const { records, context } = recordsFor(server.url, { idField: 'Order No' });

    expect(await records.create({ 'Order No': 'A-17' }, context)).toBe('A-17');
  });

  it.each<[string, Answer, string]>([
    ['a server fault', json(500, { msg: 'went wrong' }), 'ServerFault'],
    ['half an answer', halfBody, 'InvalidResponse'],
    ['a connection that died', reset, 'ConnectionFailed'],
  ])('is not repeated after %s, since the record may exist', async (_name, fault, kind) => {
    const server = await startHttpServer(fault);
    const { records, context } = recordsFor(server.url);

    const error = await failureOf(records.create({ Title: 'x' }, context));

    expect(error.kind).toBe(kind);
    expect(server.requests).toHaveLength(1);
  });

  it('uses a new connection each time, since a kept one may be dead', async () => {
    const server = await startHttpServer(json(200, { Id: 7 }));
    const { records, context } = recordsFor(server.url);

    await records.create({ Title: 'x' }, context);
    await records.create({ Title: 'y' }, context);

    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  it('is repeated when it was never sent', async () => {
    const { records, context, clock } = recordsFor('http://127.0.0.1:1');

    const error = await failureOf(records.create({ Title: 'x' }, context));

    expect(error.kind).toBe('ConnectionFailed');
    expect(clock.sleeps).toEqual([200, 50, 400]);
  });

  it('fails when the answer holds no id', async () => {
    const server = await startHttpServer(json(200, [{ Id: 7 }]));
    const { records, context } = recordsFor(server.url);

    const error = await failureOf(records.create({ Title: 'x' }, context));

    expect(error.kind).toBe('InvalidResponse');
  });
});

describe('listing unpaid records', () => {
  it('goes from page to page by the last id', async () => {
    const server = await startHttpServer(
      page(
        [
          { Id: 3, Paid: 0, 'TG ID': '30' },
          { Id: 5, Paid: null, 'TG ID': null },
        ],
        false,
      ),
      page([{ Id: 8, Paid: 0, 'TG ID': 80 }]),
    );
    const { records, context } = recordsFor(server.url, { ownerField: 'TG ID' });

    const first = await records.listUnpaid(undefined, context);
    const second = await records.listUnpaid(first.next, context);

    expect(first).toEqual({
      records: [
        { recordId: '3', paid: false, owner: '30' },
        { recordId: '5', paid: false, owner: null },
      ],
      next: '5',
    });
    expect(second).toEqual({ records: [{ recordId: '8', paid: false, owner: '80' }], next: undefined });
    expect(server.requests.map((request) => request.query.get('where'))).toEqual([
      '(Paid,notchecked)',
      '(Id,gt,5)~and(Paid,notchecked)',
    ]);
  });

  it('leaves out what is paid by its value, and pages on all the same', async () => {
    const server = await startHttpServer(
      page(
        [
          { Id: 3, Status: 'Open' },
          { Id: 5, Status: 'Paid' },
        ],
        false,
      ),
    );
    const { records, context } = recordsFor(server.url, { paidField: 'Status', paidValues: ['Paid'] });

    const answer = await records.listUnpaid(undefined, context);

    expect(answer).toEqual({ records: [{ recordId: '3', paid: false }], next: '5' });
  });

  it.each<[string, unknown[]]>([
    ['is empty', []],
    ['does not lead on', [{ Id: 5, Paid: 0 }]],
    ['ends with an id that cannot stand in a query', [{ Id: '6,7', Paid: 0 }]],
  ])('fails when a page that is not the last %s', async (_name, rows) => {
    const server = await startHttpServer(page(rows, false));
    const { records, context } = recordsFor(server.url);

    const error = await failureOf(records.listUnpaid('5', context));

    expect(error.kind).toBe('InvalidResponse');
  });
});
