import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DemoNocoDb, startDemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';

describe('the demo NocoDB over HTTP', () => {
  let demo: DemoNocoDb;
  const list = (signal?: AbortSignal) =>
    fetch(`${demo.url}/api/v2/tables/${demo.tableId}/records?fields=Id`, {
      headers: { 'xc-token': demo.token },
      ...(signal && { signal }),
    });

  beforeEach(async () => {
    demo = await startDemoNocoDb({ now: () => Date.UTC(2026, 0, 1) });
    demo.records.insert({ Title: 'one' });
  });
  afterEach(() => demo.close());

  it('keeps its address and its records over a stop', async () => {
    const { url } = demo;

    await demo.stop();
    await expect(list()).rejects.toThrow('fetch failed');
    await demo.start();

    expect(demo.url).toBe(url);
    expect(await (await list()).json()).toMatchObject({ list: [{ Id: 1 }] });
  });

  it('stops under requests that wait', async () => {
    demo.failNext({ kind: 'silence' });
    const stopUnderRequest = async () => {
      while (demo.requestCount === 0) await new Promise(setImmediate);
      await demo.stop();
    };

    const [waiting] = await Promise.allSettled([list(), stopUnderRequest()]);

    expect(waiting).toMatchObject({ status: 'rejected', reason: { message: 'fetch failed' } });
  });

  it('refuses to start on a port that is taken', async () => {
    const port = Number(new URL(demo.url).port);

    await expect(startDemoNocoDb({ port })).rejects.toThrow('EADDRINUSE');
  });

  it('gives the answers it was told to, in order, and then the true one', async () => {
    demo.failNext(
      { kind: 'answer', status: 503, body: '<html>busy</html>', headers: { 'retry-after': '7' } },
      { kind: 'answer', status: 400, body: { msg: 'no' } },
    );

    const busy = await list();
    const no = await list();
    const good = await list();

    expect([busy.status, busy.headers.get('retry-after'), await busy.text()]).toEqual([
      503,
      '7',
      '<html>busy</html>',
    ]);
    expect([no.status, await no.json()]).toEqual([400, { msg: 'no' }]);
    expect(good.status).toBe(200);
  });

  it('breaks a connection before or in the middle of an answer', async () => {
    demo.failNext({ kind: 'reset' }, { kind: 'cut', bytes: 10 });

    await expect(list()).rejects.toThrow('fetch failed');
    const cut = await list();

    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow('terminated');
  });

  it('waits with its answers as long as it is told to', async () => {
    demo.setLatency(60_000);

    await expect(list(AbortSignal.timeout(50))).rejects.toThrow('timeout');
    demo.setLatency(0);
    expect((await list()).status).toBe(200);
  });

  it('logs and counts what was asked', async () => {
    demo.failNext({ kind: 'reset' });
    await list().catch(() => {});
    await list();

    const url = `/api/v2/tables/${demo.tableId}/records?fields=Id`;
    const at = Date.UTC(2026, 0, 1);
    expect(demo.requests).toEqual([
      { method: 'GET', url, at, status: 0 },
      { method: 'GET', url, at, status: 200 },
    ]);
    expect(demo.requestCount).toBe(2);
  });
});
