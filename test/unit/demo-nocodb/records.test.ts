import { afterEach, describe, expect, it } from 'vitest';
import {
  type DemoNocoDb,
  type DemoNocoDbOptions,
  startDemoNocoDb,
} from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import { startHttpServer, text } from '../../support/http-server.ts';

describe('the records of the demo NocoDB', () => {
  let demo: DemoNocoDb | undefined;
  const start = async (options?: DemoNocoDbOptions) => {
    demo = await startDemoNocoDb(options);
    return demo;
  };
  afterEach(() => demo?.close());

  it('are seen as the database shows them', async () => {
    const { records } = await start({ dialect: 'postgres', now: () => Date.UTC(2026, 0, 1) });

    const id = records.insert({ Title: 'Order 17', 'TG ID': 12345 });
    records.setPaid(id, true);

    expect(records.all()).toEqual([
      {
        Id: 1,
        CreatedAt: '2026-01-01 00:00:00+00:00',
        UpdatedAt: '2026-01-01 00:00:00+00:00',
        Title: 'Order 17',
        Paid: true,
        'TG ID': '12345',
        Chat: null,
        Status: null,
      },
    ]);
  });

  it('that do not exist cannot be changed or removed', async () => {
    const { records } = await start();

    expect([records.setPaid(1, true), records.update(1, {}), records.remove(1)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('get the id of a deleted last one again on SQLite only', async () => {
    const idsOf = async (dialect: 'sqlite' | 'postgres') => {
      const { records, close } = await start({ dialect });
      const ids = records.insertMany([{}, {}, {}]);
      records.remove(3);
      records.remove(1);
      ids.push(records.insert({}));
      await close();
      return ids;
    };

    expect(await idsOf('sqlite')).toEqual([1, 2, 3, 3]);
    expect(await idsOf('postgres')).toEqual([1, 2, 3, 4]);
  });

  it('fire webhooks, whose fate is kept', async () => {
    const receiver = await startHttpServer(text(500, ''));
    const { url, token, tableId, records, deliveries, close } = await start();
    for (const path of [`${receiver.url}/hook`, 'http://127.0.0.1:1/nobody']) {
      const notification = { type: 'URL', payload: { method: 'POST', path, body: '{{ json event }}' } };
      await fetch(`${url}/api/v2/meta/tables/${tableId}/hooks`, {
        method: 'POST',
        headers: { 'xc-token': token },
        body: JSON.stringify({ operation: ['update'], version: 'v3', active: true, notification }),
      });
    }

    records.setPaid(records.insert({}), true);
    await close();

    expect(deliveries).toHaveLength(2);
    expect(deliveries).toContainEqual(expect.objectContaining({ status: 500 }));
    expect(deliveries).toContainEqual(
      expect.objectContaining({ url: 'http://127.0.0.1:1/nobody', status: 0, error: expect.any(String) }),
    );
  });
});
