import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { safeParse } from 'zod/mini';
import type { Definition, Reader } from '../../../lambda/settings/definition.ts';
import { checkVariables, variableNames } from '../../../lambda/settings/read-settings.ts';
import { SETTINGS, VARIABLES } from '../../../lambda/settings/settings.ts';
import { DEFAULT_RETENTION } from '../../../lambda/table/retention.ts';

const DEFINITIONS = Object.entries<Definition>(SETTINGS);
const READERS = [...new Set(DEFINITIONS.flatMap(([, { readBy }]) => Object.keys(readBy) as Reader[]))];

/** A value for every variable. */
const ALL: Readonly<Record<string, string>> = {
  PAYMENT_TRACKER_STACK: 'Shop',
  PAYMENT_TRACKER_DEMO: 'TRUE',
  PAYMENT_TABLE_NAME: 'Payments',
  TRACKER_NAME: 'shop',
  LOOP_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:Loop',
  EVENT_BUS_ARN: 'arn:aws:events:eu-central-1:123456789012:event-bus/Shop',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/Dead',
  POST_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/Post',
  ALARM_EMAIL: 'ops@example.com',
  PAYMENT_TRACKER_DASHBOARD: 'true',
  PAYMENT_TRACKER_TRACING: 'true',
  NOCODB_WEBHOOK_SECRET_PARAMETER: '/shop/webhook-secret',
  NOCODB_WEBHOOK_MAX_CONCURRENCY: '5',
  CONFIRMED_WEBHOOK_URL: 'https://bot.example.com/confirmed',
  CONFIRMED_WEBHOOK_SECRET_PARAMETER: '/shop/confirmed-secret',
  NOCODB_API_URL: 'https://nocodb.example.com',
  NOCODB_TABLE_ID: 'mq13l0ec25f9v23',
  NOCODB_BASE_ID: 'pqot58neiu3o1xo',
  NOCODB_API_VERSION: 'v2',
  NOCODB_ID_FIELD: 'No',
  NOCODB_PAID_FIELD: 'State',
  NOCODB_PAID_VALUES: 'Paid, Succeeded',
  NOCODB_OWNER_FIELD: 'TG ID',
  NOCODB_TOKEN_PARAMETER: '/shop/token',
  INTERVAL_SECONDS: '10',
  NOCODB_MONTHLY_QUOTA: '100000',
  PENDING_SHARDS: '2',
  PENDING_RETENTION_DAYS: '7',
  PAID_RETENTION_DAYS: '3650',
  NOCODB_API_TOKEN: 'secret',
  NOCODB_URL_FOR_LAMBDAS: 'http://nocodb:8080',
};

describe.each(READERS.filter((reader) => reader !== 'props'))(
  'whoever reads the settings of %s',
  (reader) => {
    const read = DEFINITIONS.filter(([, { readBy }]) => reader in readBy);

    it('gets each of them, and no other', () => {
      const { values, faults } = checkVariables(ALL, reader);

      expect(faults).toEqual([]);
      expect(Object.keys(values)).toEqual(read.map(([setting]) => setting));
      expect(variableNames(reader)).toEqual(read.map(([, { variable }]) => variable));
    });

    it('gets the defaults, and learns which others are missing', () => {
      const { values, faults } = checkVariables({}, reader);

      const defaults = read.filter((entry) => entry[1].default !== undefined);
      const required = read.filter((entry) => entry[1].readBy[reader] === 'required');
      expect(values).toEqual(
        Object.fromEntries(defaults.map(([name, definition]) => [name, definition.default])),
      );
      expect(faults).toEqual(
        required.map(([setting, { variable, missing }]) => ({
          setting,
          text: `${variable} is missing: ${missing}`,
        })),
      );
    });
  },
);

test.each(DEFINITIONS.filter(([, definition]) => definition.default !== undefined))(
  'the default of %s passes its check',
  (_, { check, default: value }) => {
    expect(safeParse(check, value)).toEqual({ success: true, data: value });
  },
);

test.each(DEFINITIONS.flatMap(([, { variable, aliases = [] }]) => aliases.map((alias) => [alias, variable])))(
  '%s is understood as a slip for %s',
  (alias, variable) => {
    const { faults } = checkVariables({ [String(alias)]: 'x' }, 'start');

    expect(faults.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        new RegExp(`${alias} is set(; did you mean ${variable}|, but ${variable} is what is read)`),
      ),
    );
  },
);

test.each(DEFINITIONS.filter(([, { secret, variable }]) => secret && variable))(
  'no error shows the value of %s',
  (_, { variable, readBy }) => {
    const { faults } = checkVariables(
      { ...ALL, [String(variable)]: 'hunter2' },
      ...(Object.keys(readBy) as Reader[]),
    );

    expect(JSON.stringify(faults)).not.toContain('hunter2');
  },
);

test('every variable belongs to one setting', () => {
  expect(Object.values(VARIABLES).filter((name) => name !== undefined)).toEqual(Object.keys(ALL));
});

test('the client, which does not import the settings, has the same defaults', () => {
  const { pendingDays, paidDays, shards } = SETTINGS;

  expect({ pendingDays: pendingDays.default, paidDays: paidDays.default }).toEqual(DEFAULT_RETENTION);
  expect(shards.default).toBe(1);
});

test('the README has a row for every setting that people set', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const section = /\n## Settings\n(.*?)\n## /s.exec(readme)?.[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));

  expect(rows.sort()).toEqual(DEFINITIONS.flatMap(([, definition]) => toRow(definition)).sort());
});

function toRow(definition: Definition): readonly string[] {
  const { variable, readBy, format, meaning } = definition;
  if (meaning === undefined) return [];
  const need = readBy.stack === undefined ? 'local only' : readBy.stack === 'required' ? 'yes' : 'no';
  const shown = definition.default === undefined ? '' : `\`${format.write(definition.default)}\` `;
  return [`| \`${variable}\` | ${need} | ${shown}| ${meaning} |`];
}
