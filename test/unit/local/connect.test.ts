import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connectTo } from '../../../infra/local/emulator/connect.ts';

/** An emulator whose health is this. */
async function emulator(health: object, status = 200): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(health));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each(['community', 'unknown'])(
  'LocalStack (%s) is named, and has its Lambdas in containers',
  async (edition) => {
    const endpoint = await emulator({ services: {}, edition, version: '4.14.0' });

    const { description, containers, ours } = await connectTo(`${endpoint}/`);

    expect(description).toBe(`LocalStack 4.14.0 on ${endpoint}, which goes on when this ends`);
    expect({ containers, ours }).toEqual({ containers: true, ours: false });
  },
);

test('MiniStack is named, and has its Lambdas on this machine', async () => {
  const endpoint = await emulator({ services: {}, edition: 'light', version: '1.5.33' });

  const { description, containers } = await connectTo(endpoint);

  expect(description).toContain(`MiniStack 1.5.33 on ${endpoint}`);
  expect(containers).toBe(false);
});

test('something else is told in one line, with the way out', async () => {
  const endpoint = await emulator({}, 404);

  await expect(connectTo(endpoint)).rejects.toThrow(
    `AWS_ENDPOINT_URL is ${endpoint}, but nothing that speaks LocalStack's API answers there. Start it`,
  );
});
