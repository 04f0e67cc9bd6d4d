import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startDemoNocoDb } from '../../infra/local/demo-nocodb/demo-nocodb.ts';
import { measureTicks } from '../bench/measure/ticks.ts';
import { insertRecords } from '../bench/nocodb/records.ts';
import { bundleTicker } from '../bench/tick/start-ticker.ts';
import { emulatorClient } from './support/emulator.ts';

test('a tick with 10,000 pending payments is one request, and fits the memory of its function', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tick-figures-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const demo = await startDemoNocoDb();
  onTestFinished(() => demo.close());
  const { url, token, tableId, baseId } = demo;
  const nocodb = { kind: 'demo', url, token, tableId, baseId } as const;
  const client = emulatorClient();
  onTestFinished(async () => client.destroy());

  const { tracked, tick } = await measureTicks({
    nocodb,
    recordIds: await insertRecords(nocodb, 10_000),
    tickerBundle: await bundleTicker(folder),
    client,
    endpoint: inject('awsEndpoint'),
  });

  expect(tracked).toBe(10_000);
  expect(tick.requests).toBe(1);
  expect(tick.largestMemory).toBeLessThan(256e6);
});
