import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatTrackerSettings,
  parseTrackerSettings,
} from '../../../lambda/settings/read-tracker-settings.ts';
import { SettingsError } from '../../../lambda/settings/settings-error.ts';
import type { TrackerSettings } from '../../../lambda/settings/tracker-settings.ts';

const WORKING = { NOCODB_API_URL: 'https://nocodb.example.com', NOCODB_TABLE_ID: 'mq13l0ec25f9v23' };

describe('parseTrackerSettings', () => {
  it('fills in everything but the address of the table', () => {
    expect(parseTrackerSettings(WORKING)).toEqual({
      nocodb: {
        apiUrl: 'https://nocodb.example.com',
        tableId: 'mq13l0ec25f9v23',
        apiVersion: 'auto',
        idField: 'Id',
        paidField: 'Paid',
      },
      tokenParameterName: '/payment-tracker/nocodb-api-token',
      intervalSeconds: 20,
      shards: 1,
      retention: { pendingDays: 90, paidDays: 30 },
    });
  });

  it('takes blank variables for absent ones', () => {
    const blank = { INTERVAL_SECONDS: ' ', PENDING_SHARDS: '', NOCODB_TOKEN_PARAMETER: '  ' };

    expect(parseTrackerSettings({ ...WORKING, ...blank })).toEqual(parseTrackerSettings(WORKING));
  });

  it('tells the faults of NocoDB and of the tracker together', () => {
    const faults = faultsOf({ INTERVAL_SECONDS: '20s', PENDING_SHARDS: '17', PAID_RETENTION_DAYS: '0' });

    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'NOCODB_API_URL',
      'NOCODB_TABLE_ID',
      'INTERVAL_SECONDS',
      'PENDING_SHARDS',
      'PAID_RETENTION_DAYS',
    ]);
  });

  it.each(['4', '3601', '-20', 'hourly', '7.5', '1e2', '0x14', 'NaN', '٢٠'])(
    'refuses an interval of %s',
    (INTERVAL_SECONDS) => {
      expect(faultsOf({ ...WORKING, INTERVAL_SECONDS })).toEqual([
        `INTERVAL_SECONDS ${JSON.stringify(INTERVAL_SECONDS)} is not a whole number of seconds from 5 to 3600`,
      ]);
    },
  );

  it('takes webhook for the longest interval, if there is a webhook', () => {
    const webhookFirst = { ...WORKING, INTERVAL_SECONDS: 'webhook' };

    expect(
      parseTrackerSettings({ ...webhookFirst, NOCODB_WEBHOOK_SECRET_PARAMETER: '/shop/webhook-secret' }),
    ).toMatchObject({ intervalSeconds: 3600 });
    expect(faultsOf(webhookFirst)).toEqual([
      'INTERVAL_SECONDS "webhook" needs the webhook: set NOCODB_WEBHOOK_SECRET_PARAMETER, or a number of seconds',
    ]);
  });

  it.each(['INTERVAL', 'POLL_INTERVAL', 'INTERVAL_SECOND', 'interval_seconds'])(
    'names %s as a slip',
    (slip) => {
      expect(faultsOf({ ...WORKING, [slip]: '10' })).toEqual([
        `${slip} is set, but INTERVAL_SECONDS is what is read`,
      ]);
    },
  );

  it.each(['payment-tracker/token', 'nc_pat_R2D2', '/a//b', '/a b', '/'])(
    'refuses the name of a parameter that SSM would not take or that may be a token: %s',
    (name) => {
      const [fault, ...others] = faultsOf({ ...WORKING, NOCODB_TOKEN_PARAMETER: name });

      expect(fault).toMatch(
        /^NOCODB_TOKEN_PARAMETER is not the name of an SSM parameter that begins with \//,
      );
      expect(others).toEqual([]);
    },
  );
});

describe('formatTrackerSettings', () => {
  it('gives the variables that the same settings are read from', () => {
    const days = fc.integer({ min: 1, max: 3650 });
    const field = fc.constantFrom('Id', 'Paid', 'TG ID', 'ctestfield000001');
    const settings: fc.Arbitrary<TrackerSettings> = fc.record({
      nocodb: fc.record(
        {
          apiUrl: fc.constantFrom('http://127.0.0.1:8080', 'https://proxy.example/nocodb'),
          tableId: fc.constant('mq13l0ec25f9v23'),
          baseId: fc.constant('pqot58neiu3o1xo'),
          apiVersion: fc.constantFrom('auto', 'v2', 'v3'),
          idField: field,
          paidField: field,
          paidValues: fc.constantFrom(['Paid'], ['Paid', 'Succeeded']),
          ownerField: field,
        },
        { requiredKeys: ['apiUrl', 'tableId', 'apiVersion', 'idField', 'paidField'] },
      ),
      tokenParameterName: fc.constantFrom('/token', '/shop/nocodb.api-token_2'),
      intervalSeconds: fc.integer({ min: 5, max: 300 }),
      shards: fc.integer({ min: 1, max: 16 }),
      retention: fc.record({ pendingDays: days, paidDays: days }),
    });
    fc.assert(
      fc.property(settings, (given) => {
        expect(parseTrackerSettings(formatTrackerSettings(given))).toEqual(given);
      }),
    );
  });
});

function faultsOf(variables: Record<string, string>): readonly string[] {
  try {
    parseTrackerSettings(variables);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}
