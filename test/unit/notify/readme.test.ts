import { transform } from 'esbuild';
import { expect, test, vi } from 'vitest';
import { PAYMENT_CONFIRMED, paymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';
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
