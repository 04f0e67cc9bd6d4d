import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { PaymentTrackerStack } from '../../infra/constructs/payment-tracker-stack.ts';
import { readable, withoutHash } from './support/statements.ts';
import { createApp, NOCODB } from './support/synth.ts';

const BOT = join(import.meta.dirname, '../../lambda/bot/create-payment.handler.ts');

function variablesOf(functionId: string): unknown {
  const tracker = { nocodb: { ...NOCODB, baseId: 'pqot58neiu3o1xo', ownerField: 'Owner' }, shards: 2 };
  const stack = new PaymentTrackerStack(createApp(), 'Shop', { tracker, demo: true });
  const functions = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  const found = functions.find(([id]) => withoutHash(id) === functionId);
  return readable(found?.[1].Properties.Environment.Variables);
}

it('gives the bot that creates payments exactly the variables that it reads', () => {
  const read = [...readFileSync(BOT, 'utf8').matchAll(/\benv\.(\w+)/g)].map(([, name]) => name);

  const variables = variablesOf('BotsCreatePayment');

  expect(variables).toEqual({
    NOCODB_API_URL: NOCODB.apiUrl,
    NOCODB_TABLE_ID: NOCODB.tableId,
    NOCODB_BASE_ID: 'pqot58neiu3o1xo',
    NOCODB_API_VERSION: 'auto',
    NOCODB_OWNER_FIELD: 'Owner',
    NOCODB_TOKEN_PARAMETER: '/payment-tracker/nocodb-api-token',
    PAYMENT_TABLE_NAME: '<PaymentsTable>',
    PENDING_SHARDS: '2',
    PENDING_RETENTION_DAYS: '90',
  });
  expect(Object.keys(variables as object).sort()).toEqual([...new Set(read)].sort());
});
