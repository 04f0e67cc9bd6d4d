import { expect, test } from 'vitest';
import type { ParameterStore } from '../../../infra/cli/aws/aws.ts';
import { SECRET_HEADER } from '../../../lambda/webhook/secret-check.ts';
import { shownAfter } from '../../support/docs.ts';
import { FakeNocoDb } from './support/fake-nocodb.ts';
import { fakeOutputs } from './support/fake-outputs.ts';
import { run } from './support/run.ts';

const URL = 'https://hook.example/';
const OUTPUTS = { WebhookUrl: URL, WebhookSecretParameter: '/shop/webhook-secret' };

/** Parameters in memory. */
class FakeParameters implements ParameterStore {
  readonly values = new Map<string, string>();

  async read(name: string): Promise<string | undefined> {
    return this.values.get(name);
  }

  async create(name: string, value: string): Promise<void> {
    this.values.set(name, value);
  }
}

async function prepare(
  variables: Readonly<Record<string, string>> = {},
  outputs: Record<string, string> = OUTPUTS,
) {
  const nocodb = await FakeNocoDb.start();
  const parameters = new FakeParameters();
  const parts = {
    ...nocodb.access(variables),
    parameters,
    newSecret: () => 'new-secret of enough characters',
    stackOutputs: async () => fakeOutputs(outputs),
  };
  return { nocodb, parameters, parts };
}

test('install makes a webhook that brings the secret when a record becomes paid', async () => {
  const { nocodb, parameters, parts } = await prepare();
  parameters.values.set('/shop/webhook-secret', 's3cret of enough characters');

  const { exitCode, out } = await run(['webhook', 'install'], parts);

  expect(exitCode).toBe(0);
  expect(out).toBe(`🪝 The webhook posts paid records to ${URL}\n`);
  expect(nocodb.hooks).toEqual([
    {
      id: 'hk1',
      filters: [{ fk_column_id: 'cpaid000000000001', comparison_op: 'checked' }],
      definition: {
        title: 'payment-tracker',
        event: 'after',
        operation: ['update'],
        version: 'v3',
        active: true,
        condition: true,
        notification: {
          type: 'URL',
          payload: {
            method: 'POST',
            path: URL,
            body: '{{ json event }}',
            headers: [{ name: SECRET_HEADER, value: 's3cret of enough characters', enabled: true }],
            parameters: [],
            auth: '',
          },
        },
      },
    },
  ]);
});

test('a webhook is active only when its condition is complete', async () => {
  const { nocodb, parts } = await prepare();

  await run(['webhook', 'install'], parts);

  const steps = nocodb.requests
    .filter(({ path }) => path.includes('/hooks'))
    .map(({ method, path, body }) =>
      `${method} ${path} ${(body as { active?: boolean })?.active ?? ''}`.trim(),
    );
  expect(steps).toEqual([
    'GET /api/v2/meta/tables/mpayments0000001/hooks',
    'POST /api/v2/meta/tables/mpayments0000001/hooks false',
    'POST /api/v2/meta/hooks/hk1/filters',
    'PATCH /api/v2/meta/hooks/hk1 true',
  ]);
});

test('values that mean paid become conditions, of which one is enough', async () => {
  const { nocodb, parts } = await prepare({
    NOCODB_PAID_FIELD: 'Status',
    NOCODB_PAID_VALUES: 'Paid,Succeeded',
  });

  await run(['webhook', 'install'], parts);

  const field = { fk_column_id: 'cstatus0000000001', comparison_op: 'eq', logical_op: 'or' };
  expect(nocodb.hooks[0]?.filters).toEqual([
    { ...field, value: 'Paid' },
    { ...field, value: 'Succeeded' },
  ]);
});

test('a secret is made and stored when there is none, and printed nowhere', async () => {
  const { parameters, parts } = await prepare();

  const { out, err } = await run(['webhook', 'install', '--json'], parts);

  expect(parameters.values).toEqual(new Map([['/shop/webhook-secret', 'new-secret of enough characters']]));
  expect(out + err).not.toContain('new-secret of enough characters');
});

test('install replaces the webhook with that URL, and no other', async () => {
  const { nocodb, parts } = await prepare();
  await run(['webhook', 'install', '--url', 'https://other.example/'], parts);
  await run(['webhook', 'install'], parts);

  const { out, json } = await run(['webhook', 'install', '--json'], parts);

  expect(json()).toEqual({ id: expect.any(String), url: URL, replaced: 1 });
  expect(out).not.toContain('🪝');
  expect(nocodb.hooks.map(({ definition }) => definition.notification)).toEqual([
    expect.objectContaining({ payload: expect.objectContaining({ path: 'https://other.example/' }) }),
    expect.objectContaining({ payload: expect.objectContaining({ path: URL }) }),
  ]);
});

test('the URL and the name of the secret may be given, and then no stack is needed', async () => {
  const { parameters, nocodb, parts } = await prepare();

  const { exitCode } = await run(
    ['webhook', 'install', '--url', 'http://10.0.0.1:8080/x', '--secret-parameter', '/mine'],
    { ...parts, stackOutputs: () => Promise.reject(new Error('not needed')) },
  );

  expect(exitCode).toBe(0);
  expect(nocodb.hooks).toHaveLength(1);
  expect([...parameters.values.keys()]).toEqual(['/mine']);
});

test('a webhook that could not be completed is taken away again', async () => {
  const { nocodb, parts } = await prepare();
  nocodb.overrides.set('POST /api/v2/meta/hooks/hk1/filters', { status: 400, body: { msg: 'no' } });

  const { exitCode, err } = await run(['webhook', 'install'], parts);

  expect(exitCode).toBe(1);
  expect(err).toContain('add the condition of a webhook');
  expect(nocodb.hooks).toEqual([]);
});

test('a token that may not change webhooks is told whose may', async () => {
  const { nocodb, parts } = await prepare();
  nocodb.overrides.set('GET /api/v2/meta/tables/mpayments0000001/hooks', {
    status: 403,
    body: { error: 'ERR_FORBIDDEN', message: 'no permission to perform the action "hookList"' },
  });

  const { exitCode, err } = await run(['webhook', 'install'], parts);

  expect(exitCode).toBe(1);
  expect(err).toContain('Only creators of a base may change its webhooks');
});

test('a paid field that is not there is told before anything is made', async () => {
  const { nocodb, parts } = await prepare({ NOCODB_PAID_FIELD: 'Nope' });

  const { exitCode, err } = await run(['webhook', 'install'], parts);

  expect(exitCode).toBe(1);
  expect(err).toContain('The NocoDB table has no field Nope. Run doctor');
  expect(nocodb.hooks).toEqual([]);
});

test('a stack without a webhook is told how to get one', async () => {
  const { parts } = await prepare({}, {});

  const { exitCode, err } = await run(['webhook', 'install'], parts);

  expect(exitCode).toBe(1);
  expect(err).toContain('The stack Shop has no webhook. Deploy it with the webhook switched on');
});

test.for(['ftp://x', 'nonsense'])('--url %s is refused', async (url) => {
  const { parts } = await prepare();

  expect((await run(['webhook', 'remove', '--url', url], parts)).exitCode).toBe(2);
});

test('remove takes the webhook with that URL away, and no other', async () => {
  const { nocodb, parts } = await prepare();
  await run(['webhook', 'install', '--url', 'https://other.example/'], parts);
  await run(['webhook', 'install'], parts);

  const first = await run(['webhook', 'remove'], parts);
  const second = await run(['webhook', 'remove', '--json'], parts);

  expect(first).toMatchObject({ exitCode: 0, out: `🪝 The webhook to ${URL} is removed\n` });
  expect(second.json()).toEqual({ url: URL, removed: 0 });
  expect(nocodb.hooks).toHaveLength(1);
});

test('webhooks of other kinds, which have no URL, are left alone', async () => {
  const { nocodb, parts } = await prepare();
  nocodb.hooks.push({
    id: 'hkmail',
    filters: [],
    definition: { notification: { type: 'Email', payload: {} } },
  });

  const { json } = await run(['webhook', 'remove', '--json'], parts);

  expect(json()).toEqual({ url: URL, removed: 0 });
  expect(nocodb.hooks).toHaveLength(1);
});

test('a secret that could be guessed is refused before NocoDB is asked for anything', async () => {
  const { nocodb, parameters, parts } = await prepare();
  parameters.values.set('/shop/webhook-secret', 'short');

  const { exitCode, err } = await run(['webhook', 'install'], parts);

  expect(exitCode).toBe(1);
  expect(err).toContain('The secret in /shop/webhook-secret has fewer than 16 characters');
  expect(nocodb.hooks).toEqual([]);
});

test('install says what the README shows', async () => {
  const shown = shownAfter('webhook install', 'lambda/webhook/README.md');
  const url = shown.match(/https:\S+/)?.[0] ?? '';
  const { parts } = await prepare({}, { ...OUTPUTS, WebhookUrl: url });

  const { out } = await run(['webhook', 'install'], parts);

  expect(out).toBe(shown);
});
