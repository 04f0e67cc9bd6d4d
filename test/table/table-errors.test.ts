import { afterEach, expect, test, vi } from 'vitest';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { createDocumentClient } from '../../lambda/table/document-client.ts';
import { TableUnavailableError } from '../../lambda/table/errors.ts';
import { DynamoPaymentStore } from '../../lambda/table/payment-store.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import { errorKind } from '../../lambda/tracker/errors.ts';
import { emulatorClient } from './support/emulator.ts';
import { type Answer, startScriptedServer } from './support/scripted-server.ts';

const NOW = Date.UTC(2026, 0, 1);
const PAYMENT = { userId: '12345', recordId: '42' };

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Our own client, as in a Lambda: everything comes from the environment. */
function clientOf(endpoint: string) {
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return createDocumentClient();
}

async function storeWith(...script: readonly [Answer, ...Answer[]]) {
  const server = await startScriptedServer(...script);
  const store = new DynamoPaymentStore({ client: clientOf(server.endpoint), tableName: 'payments' });
  return { server, store };
}

test.for([
  ['ProvisionedThroughputExceededException', /throttles it.*raise the throughput caps/],
  ['ThrottlingException', /throttles it.*Repeat it later/],
  ['AccessDeniedException', /the role may not do that.*grantRead\(fn\) to read, grantTrack\(fn\) to track/],
  ['UnrecognizedClientException', /does not accept the credentials.*sign in again/],
  ['InternalServerError', /DynamoDB has an internal error.*Repeat it later/],
  ['ValidationException', /DynamoDB answered ValidationException: told by the test\. /],
] as const)('%s becomes an error that says what to do', async ([error, message]) => {
  // The first request reads the layout of the table.
  const { store } = await storeWith({ body: {} }, { error });

  const thrown = await store.track(PAYMENT, NOW).catch((reason: unknown) => reason);

  expect(thrown).toBeInstanceOf(TableUnavailableError);
  expect(thrown).toMatchObject({
    operation: 'track payment',
    target: 'DynamoDB table payments, USER#12345 RECORD#42',
    message: expect.stringMatching(message),
    cause: expect.objectContaining({ name: error }),
  });
  expect(errorKind(thrown)).toBe('TableUnavailable');
});

test('a table that does not exist is named', async () => {
  const options = { client: emulatorClient(), tableName: 'no-such-table' };
  const payments = new DynamoPendingPayments({ ...options, confirmedBy: 'tick' });
  const gate = new DynamoControlItem(options);

  await expect(payments.list(undefined, 100)).rejects.toThrow(
    /list pending payments \[DynamoDB table no-such-table, index pending\]: there is no such table or index/,
  );
  await expect(gate.acquire({ owner: 'a', now: NOW, lease: 1 })).rejects.toThrow(
    /acquire gate \[DynamoDB table no-such-table, CONTROL GATE\].*Compare the name/,
  );
});

test('a DynamoDB that nobody can connect to is reported as such', async () => {
  const store = new DynamoPaymentStore({ client: clientOf('http://127.0.0.1:1'), tableName: 'payments' });

  await expect(store.find(PAYMENT, NOW)).rejects.toThrow(
    /there is no connection to DynamoDB \(ECONNREFUSED\).*VPC endpoint/,
  );
});

test('a missing region is reported as such', async () => {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  const store = new DynamoPaymentStore({ client: createDocumentClient(), tableName: 'payments' });

  await expect(store.find(PAYMENT, NOW)).rejects.toThrow(
    /could not be sent: Region is missing\. .*AWS_REGION/,
  );
});

test('a request without an answer is given up and repeated', async () => {
  const { server, store } = await storeWith('silence', { body: {} });

  expect(await store.find(PAYMENT, NOW)).toBeUndefined();
  expect(server.requests).toHaveLength(2);
});

test('throttling is met with two repetitions, not more', async () => {
  const { server, store } = await storeWith({ error: 'ThrottlingException' });

  await expect(store.find(PAYMENT, NOW)).rejects.toThrow(TableUnavailableError);
  expect(server.requests).toHaveLength(3);
});
