import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import {
  awsFault,
  createInvokeFunction,
  createParameterStore,
  readAccountConcurrency,
} from '../../../infra/cli/aws/aws.ts';
import { locateTable, readStackOutputs } from '../../../infra/cli/aws/find-table.ts';
import { CommandError } from '../../../infra/cli/console/errors.ts';
import { SettingsError } from '../../../lambda/settings/settings-error.ts';
import { fakeOutputs } from './support/fake-outputs.ts';

/** A client of the AWS SDK that answers everything alike, and keeps what it was asked. */
function answering(answer: unknown) {
  const inputs: unknown[] = [];
  const send = async ({ input }: { input: unknown }) => {
    inputs.push(input);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  // One fake for clients of three services, each with its own overloads of `send`.
  return { inputs, client: { send: send as never } };
}

function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

const NO_STACK = () => Promise.reject(new Error('the stack is not needed'));

test.for([
  ['--table', { table: 'A', stack: 'Shop', env: { PAYMENT_TABLE_NAME: 'B' } }, 'A'],
  ['the variable', { table: undefined, stack: undefined, env: { PAYMENT_TABLE_NAME: ' B ' } }, 'B'],
] as const)('%s names the table', async ([, hints, tableName]) => {
  expect(await locateTable({ ...hints, stackOutputs: NO_STACK })).toEqual({ tableName, shards: 1 });
});

test.for([
  ['--stack comes before the variable', 'Shop', { PAYMENT_TABLE_NAME: 'B' }],
  ['the default stack comes after a blank variable', undefined, { PAYMENT_TABLE_NAME: ' ' }],
] as const)('%s', async ([, stack, env]) => {
  const stackOutputs = async () => fakeOutputs({ TableName: 'C', PendingShards: '4' });

  expect(await locateTable({ table: undefined, stack, env, stackOutputs })).toEqual({
    tableName: 'C',
    shards: 4,
  });
});

test('the number of shards of a named table comes from the variable', async () => {
  const hints = { table: 'A', stack: undefined, stackOutputs: NO_STACK };

  expect((await locateTable({ ...hints, env: { PENDING_SHARDS: '8' } })).shards).toBe(8);
  await expect(locateTable({ ...hints, env: { PENDING_SHARDS: '99' } })).rejects.toThrow(SettingsError);
});

test('the outputs of a stack are read by name', async () => {
  const { client, inputs } = answering({
    Stacks: [{ Outputs: [{ OutputKey: 'TableName', OutputValue: 'T' }] }],
  });

  const outputs = await readStackOutputs(client, 'Shop');

  expect(inputs).toEqual([{ StackName: 'Shop' }]);
  expect(outputs.get('TableName')).toBe('T');
  expect(outputs.find('WebhookUrl')).toBeUndefined();
  expect(() => outputs.get('WebhookUrl')).toThrow('The stack Shop has no output WebhookUrl');
});

test('a stack that does not exist is told with the ways to name another', async () => {
  const { client } = answering(awsError('ValidationError', 'Stack with id Shop does not exist'));

  await expect(readStackOutputs(client, 'Shop')).rejects.toThrow(
    /There is no stack Shop in this account and region\. Name the stack with --stack/,
  );
});

test('what AWS refuses keeps its cause and says what to do', async () => {
  const cause = awsError('ExpiredTokenException', 'The token has expired.');
  const { client } = answering(cause);

  const error = await readStackOutputs(client, 'Shop').catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(CommandError);
  expect((error as Error).message).toMatch(
    /^Read the outputs of stack Shop: ExpiredTokenException: The token has expired\. Sign in to AWS/,
  );
  expect((error as Error).cause).toBe(cause);
});

test('a real client without a region is told to have one', async () => {
  const client = new CloudFormationClient({
    region: async () => {
      throw new Error('Region is missing');
    },
  });

  await expect(readStackOutputs(client, 'Shop')).rejects.toThrow(
    /no region is set\. Set AWS_REGION, or AWS_PROFILE\. For the local stack, use the --endpoint/,
  );
});

test('an AWS that cannot be reached points to the network', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });

  expect(awsFault('Read it', cause).message).toBe(
    'Read it: connect ECONNREFUSED 127.0.0.1:1. Look at the network, the region (AWS_REGION) and the endpoint (--endpoint, AWS_ENDPOINT_URL).',
  );
});

const payload = (value: unknown) => ({ transformToString: () => JSON.stringify(value) });

test("a function's answer is its value", async () => {
  const { client, inputs } = answering({ Payload: payload({ outcome: 'done' }) });

  expect(await createInvokeFunction(client)('Tick')).toEqual({ value: { outcome: 'done' } });
  expect(inputs).toEqual([{ FunctionName: 'Tick' }]);
});

test('a function that throws has its error for an answer', async () => {
  const thrown = { errorType: 'TimeoutError', errorMessage: 'too slow' };
  const { client } = answering({ FunctionError: 'Unhandled', Payload: payload(thrown) });

  expect(await createInvokeFunction(client)('Tick')).toEqual({
    error: 'too slow',
  });
});

test('a function that does not exist is told by name', async () => {
  const { client } = answering(awsError('ResourceNotFoundException', 'Function not found'));

  await expect(createInvokeFunction(client)('Tick')).rejects.toThrow('There is no function Tick');
});

test('a secret is read decrypted, stored as a SecureString, and absent when there is none', async () => {
  const stored = answering({ Parameter: { Value: 's3cret' } });
  const absent = answering(awsError('ParameterNotFound', 'not found'));

  expect(await createParameterStore(stored.client).read('/a')).toBe('s3cret');
  expect(await createParameterStore(absent.client).read('/a')).toBeUndefined();
  await createParameterStore(stored.client).create('/a', 'new');
  expect(stored.inputs).toEqual([
    { Name: '/a', WithDecryption: true },
    { Name: '/a', Value: 'new', Type: 'SecureString' },
  ]);
});

test('a parameter store that refuses says what was refused, and never the secret', async () => {
  const { client } = answering(awsError('AccessDeniedException', 'no'));
  const store = createParameterStore(client);

  await expect(store.read('/a')).rejects.toThrow(/^Read parameter \/a: AccessDeniedException: no/);
  const error = await store.create('/a', 's3cret').catch((thrown: Error) => thrown);
  expect((error as Error).message).toMatch(/^Store parameter \/a: /);
  expect((error as Error).message).not.toContain('s3cret');
});

test("the account's concurrency is read, and an error explained", async () => {
  const { client } = answering({
    AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 9 },
  });
  const refusing = answering(awsError('AccessDeniedException', 'no'));

  expect(await readAccountConcurrency(client)).toEqual({ limit: 10, unreserved: 9 });
  await expect(readAccountConcurrency(refusing.client)).rejects.toThrow(CommandError);
});
