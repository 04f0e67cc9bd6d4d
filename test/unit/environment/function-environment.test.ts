import { describe, expect, it } from 'vitest';
import { parseTickEnvironment } from '../../../lambda/environment/tick-environment.ts';
import { parseWakeEnvironment } from '../../../lambda/environment/wake-environment.ts';
import { SettingsError } from '../../../lambda/settings/settings-error.ts';

const LOOP = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Loop';
const NOCODB = { NOCODB_API_URL: 'https://nocodb.example.com', NOCODB_TABLE_ID: 'mq13l0ec25f9v23' };

describe('the tick function', () => {
  it('is told the table, the name and the settings', () => {
    const environment = parseTickEnvironment({
      ...NOCODB,
      PAYMENT_TABLE_NAME: 'Payments',
      TRACKER_NAME: 'shop',
    });

    expect(environment).toMatchObject({
      tableName: 'Payments',
      trackerName: 'shop',
      settings: { intervalSeconds: 20, nocodb: { tableId: 'mq13l0ec25f9v23' } },
    });
  });

  it('names everything that is missing or wrong at once', () => {
    const parse = () => parseTickEnvironment({ TRACKER_NAME: 'my shop', INTERVAL_SECONDS: '1' });

    expect(parse).toThrow(SettingsError);
    expect(parse).toThrow(
      /^5 settings are wrong:\n- PAYMENT_TABLE_NAME .*\n- TRACKER_NAME .*\n- NOCODB_API_URL .*\n- NOCODB_TABLE_ID .*\n- INTERVAL_SECONDS /,
    );
  });
});

describe('the wake-up function', () => {
  it('is told the table, the name and the loop', () => {
    const environment = parseWakeEnvironment({
      PAYMENT_TABLE_NAME: 'Payments',
      TRACKER_NAME: 'shop',
      LOOP_ARN: LOOP,
    });

    expect(environment).toEqual({ tableName: 'Payments', trackerName: 'shop', loopArn: LOOP });
  });

  it('names everything that is missing or wrong at once', () => {
    const parse = () => parseWakeEnvironment({ PAYMENT_TABLE_NAME: 'a/b', LOOP_ARN: 'Loop' });

    expect(parse).toThrow(
      /^3 settings are wrong:\n- PAYMENT_TABLE_NAME "a\/b" is not .*\n- TRACKER_NAME is missing.*\n- LOOP_ARN "Loop" is not the ARN/,
    );
  });
});
