import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PAYMENT_CONFIRMED, paymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';
import { signConfirmed } from '../../../lambda/post/standard-webhook.ts';
import { codeAfter } from '../../support/docs.ts';

const README = 'lambda/notify/README.md';

test('the event is the one that the README shows', () => {
  const payment = { userId: '12345', recordId: '17', paidAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678) };

  const detail = paymentConfirmed({ ...payment, confirmedBy: 'tick' }, 'PaymentTracker-Payments');

  const { source, detailType } = PAYMENT_CONFIRMED;
  expect(JSON.parse(codeAfter('push-event', README))).toEqual({ source, 'detail-type': detailType, detail });
});

test('the subscriber of the README delivers what was paid for', async () => {
  const deliver = vi.fn();
  vi.stubGlobal('deliver', deliver);
  const { code } = await transform(codeAfter('push-subscriber', README), { loader: 'ts', format: 'esm' });
  const { handler } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

  const event = JSON.parse(codeAfter('push-event', README));
  await handler(event);

  expect(deliver).toHaveBeenCalledExactlyOnceWith('12345', '17', event.detail.idempotencyKey);
  vi.unstubAllGlobals();
});

test('the receiver of the README delivers what is signed, and refuses the rest', async () => {
  const deliver = vi.fn();
  vi.stubGlobal('deliver', deliver);
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  vi.stubEnv('POST_SECRET', secret);
  const client = new URL('../../../lambda/client/index.ts', import.meta.url).href;
  const source = codeAfter('post-receiver', README).replace("'payment-tracker'", JSON.stringify(client));
  const file = join(await mkdtemp(join(tmpdir(), 'receiver-')), 'receiver.ts');
  await writeFile(file, `${source}\nexport { server };`);
  const { server } = (await import(/* @vite-ignore */ file)) as { server: Server };
  onTestFinished(async () => {
    server.close();
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    await rm(dirname(file), { recursive: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const event = paymentConfirmed({ userId: '12345', recordId: '17', paidAt: 0 }, 'shop');
  const { headers, body } = signConfirmed(event, secret, Date.now());
  const accepted = await fetch(url, { method: 'POST', headers, body });
  const refused = await fetch(url, { method: 'POST', headers, body: body.replace('17', '18') });

  expect([accepted.status, refused.status]).toEqual([204, 401]);
  expect(deliver).toHaveBeenCalledExactlyOnceWith('12345', '17', event.idempotencyKey);
});
