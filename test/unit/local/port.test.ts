import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '../../../infra/local/emulator/port.ts';

test('a preferred port is taken when it is free, and another when it is not', async () => {
  const preferred = await freePort();

  expect(await freePort(preferred)).toBe(preferred);

  const server = createServer().listen(preferred, '127.0.0.1');
  await once(server, 'listening');
  try {
    expect(await freePort(preferred)).not.toBe(preferred);
  } finally {
    server.close();
  }
});
