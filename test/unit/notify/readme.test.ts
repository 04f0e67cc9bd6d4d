import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { expect, test, vi } from 'vitest';
import { PAYMENT_CONFIRMED, paymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';

const README = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');

/** The code block after a marker. */
function block(marker: string): string {
  const code = new RegExp(`<!-- ${marker} -->\\s*\`\`\`\\w+\\n(.*?)\`\`\``, 's').exec(README)?.[1];
  if (code === undefined) throw new Error(`README.md has no code after <!-- ${marker} -->`);
  return code;
}

test('the event is the one that the README shows', () => {
  const payment = { userId: '12345', recordId: '17', paidAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678) };

  const detail = paymentConfirmed({ ...payment, confirmedBy: 'tick' }, 'PaymentTracker-Payments');

  const { source, detailType } = PAYMENT_CONFIRMED;
  expect(JSON.parse(block('push-event'))).toEqual({ source, 'detail-type': detailType, detail });
});

test('the subscriber of the README delivers what was paid for', async () => {
  const deliver = vi.fn();
  vi.stubGlobal('deliver', deliver);
  const { code } = await transform(block('push-subscriber'), { loader: 'ts', format: 'esm' });
  const { handler } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

  const event = JSON.parse(block('push-event'));
  await handler(event);

  expect(deliver).toHaveBeenCalledExactlyOnceWith('12345', '17', event.detail.idempotencyKey);
  vi.unstubAllGlobals();
});
