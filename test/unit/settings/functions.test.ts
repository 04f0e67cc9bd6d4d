import { describe, expect, it, test } from 'vitest';
import { readSettings } from '../../../lambda/settings/read-settings.ts';
import { SettingsError } from '../../../lambda/settings/settings-error.ts';

const LOOP = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Loop';
const BUS = 'arn:aws:events:eu-central-1:123456789012:event-bus/Shop';
const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/123456789012/Dead';
const TICK = {
  PAYMENT_TABLE_NAME: 'Payments',
  TRACKER_NAME: 'shop',
  NOCODB_API_URL: 'https://nocodb.example.com',
  NOCODB_TABLE_ID: 'mq13l0ec25f9v23',
};

describe('the tick function', () => {
  it('reads the table, the name and the settings', () => {
    const settings = readSettings(TICK, 'tick');

    expect(settings).toMatchObject({
      tableName: 'Payments',
      trackerName: 'shop',
      intervalSeconds: 20,
      tableId: 'mq13l0ec25f9v23',
    });
  });

  it('names everything that is missing or wrong at once', () => {
    const parse = () => readSettings({ TRACKER_NAME: 'my shop', INTERVAL_SECONDS: '1' }, 'tick');

    expect(parse).toThrow(SettingsError);
    expect(parse).toThrow(
      /^5 settings are wrong:\n- PAYMENT_TABLE_NAME .*\n- TRACKER_NAME .*\n- NOCODB_API_URL .*\n- NOCODB_TABLE_ID .*\n- INTERVAL_SECONDS /,
    );
  });
});

describe('the wake-up function', () => {
  it('reads the table, the name and the loop', () => {
    const variables = { PAYMENT_TABLE_NAME: 'Payments', TRACKER_NAME: 'shop', LOOP_ARN: LOOP };

    expect(readSettings(variables, 'wake')).toEqual({
      tableName: 'Payments',
      trackerName: 'shop',
      loopArn: LOOP,
    });
  });

  it('names everything that is missing or wrong at once', () => {
    const parse = () => readSettings({ PAYMENT_TABLE_NAME: 'a/b', LOOP_ARN: 'Loop' }, 'wake');

    expect(parse).toThrow(
      /^3 settings are wrong:\n- PAYMENT_TABLE_NAME "a\/b" is not .*\n- TRACKER_NAME is missing.*\n- LOOP_ARN "Loop" is not the ARN/,
    );
  });
});

test('the notify function reads the tracker, the bus and the dead-letter queue', () => {
  const variables = { TRACKER_NAME: 'shop', EVENT_BUS_ARN: BUS, DEAD_LETTER_QUEUE_URL: QUEUE };
  expect(readSettings(variables, 'notify')).toEqual({
    trackerName: 'shop',
    eventBusArn: BUS,
    deadLetterQueueUrl: QUEUE,
  });
  expect(() => readSettings({ EVENT_BUS_ARN: 'Shop' }, 'notify')).toThrow(
    /TRACKER_NAME is missing.*EVENT_BUS_ARN "Shop" is not the ARN of an event bus/s,
  );
});

describe('the webhook function', () => {
  it('reads what the tick function reads, and the parameter of its secret', () => {
    const variables = { ...TICK, NOCODB_WEBHOOK_SECRET_PARAMETER: '/shop/webhook-secret' };

    expect(readSettings(variables, 'webhook')).toEqual({
      ...readSettings(TICK, 'tick'),
      webhookSecretParameter: '/shop/webhook-secret',
    });
    expect(() => readSettings(TICK, 'webhook')).toThrow(/NOCODB_WEBHOOK_SECRET_PARAMETER is missing/);
  });

  it('names everything that is wrong at once, and shows no secret', () => {
    const variables = { ...TICK, PAYMENT_TABLE_NAME: '', NOCODB_WEBHOOK_SECRET_PARAMETER: 'hunter2' };
    const parse = () => readSettings(variables, 'webhook');

    expect(parse).toThrow(/PAYMENT_TABLE_NAME is missing.*NOCODB_WEBHOOK_SECRET_PARAMETER is not the name/s);
    expect(parse).not.toThrow(/hunter2/);
  });
});
