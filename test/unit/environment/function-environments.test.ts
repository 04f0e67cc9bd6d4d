import { expect, test } from 'vitest';
import { parseNotifyEnvironment } from '../../../lambda/environment/notify-environment.ts';
import { parseWebhookEnvironment } from '../../../lambda/environment/webhook-environment.ts';

const BUS = 'arn:aws:events:eu-central-1:123456789012:event-bus/Shop';
const TICK = {
  PAYMENT_TABLE_NAME: 'Payments',
  TRACKER_NAME: 'shop',
  NOCODB_API_URL: 'https://nocodb.example.com',
  NOCODB_TABLE_ID: 'mq13l0ec25f9v23',
};

test('the notify function is told the tracker and the bus', () => {
  expect(parseNotifyEnvironment({ TRACKER_NAME: 'shop', EVENT_BUS_ARN: BUS })).toEqual({
    trackerName: 'shop',
    eventBusArn: BUS,
  });
  expect(() => parseNotifyEnvironment({ EVENT_BUS_ARN: 'Shop' })).toThrow(
    /TRACKER_NAME is missing.*EVENT_BUS_ARN "Shop" is not the ARN of an event bus/s,
  );
});

test('the webhook function is told all that the tick is, and where its secret is', () => {
  const environment = { ...TICK, NOCODB_WEBHOOK_SECRET_PARAMETER: '/shop/webhook-secret' };

  expect(parseWebhookEnvironment(environment)).toMatchObject({
    tableName: 'Payments',
    trackerName: 'shop',
    secretParameterName: '/shop/webhook-secret',
    settings: { nocodb: { tableId: 'mq13l0ec25f9v23' }, shards: 1 },
  });
});

test('faults of the webhook function come together, and show no secret', () => {
  const parse = () =>
    parseWebhookEnvironment({ ...TICK, PAYMENT_TABLE_NAME: '', NOCODB_WEBHOOK_SECRET_PARAMETER: 'hunter2' });

  expect(parse).toThrow(/PAYMENT_TABLE_NAME is missing.*NOCODB_WEBHOOK_SECRET_PARAMETER is not the name/s);
  expect(parse).not.toThrow(/hunter2/);
});
