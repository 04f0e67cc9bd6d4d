import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type DemoNocoDbOptions, startDemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import { startAwsService } from '../../support/aws-service.ts';

const { getParameter } = vi.hoisted(() => ({ getParameter: vi.fn() }));
vi.mock('@aws-lambda-powertools/parameters/ssm', () => ({ getParameter }));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

type Prepared = { token?: string; version?: string } & Pick<DemoNocoDbOptions, 'profile'>;

/** The bot with a NocoDB, and with a DynamoDB that accepts every write. */
async function prepare({ token, version = 'auto', ...options }: Prepared = {}) {
  const nocodb = await startDemoNocoDb(options);
  onTestFinished(() => nocodb.close());
  const aws = await startAwsService(() => ({}));
  // As people store it, with a line break at its end.
  getParameter.mockReset().mockResolvedValue(token ?? `${nocodb.token}\n`);
  const variables = {
    AWS_ENDPOINT_URL: aws.client.endpoint,
    AWS_REGION: aws.client.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    PAYMENT_TABLE_NAME: 'Payments',
    PENDING_SHARDS: '2',
    NOCODB_API_URL: nocodb.url,
    NOCODB_TABLE_ID: nocodb.tableId,
    NOCODB_BASE_ID: nocodb.baseId,
    NOCODB_API_VERSION: version,
    NOCODB_TOKEN_PARAMETER: '/shop/token',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.resetModules();
  const { handler } = await import('../../../lambda/bot/create-payment.handler.ts');
  return { nocodb, aws, handler };
}

describe('the bot that creates payments', () => {
  it('creates a record that names its user, and tracks it', async () => {
    const { nocodb, aws, handler } = await prepare();

    const { recordId } = await handler({ userId: 12345, title: 'Coffee' });

    expect(nocodb.records.all()).toMatchObject([{ Id: Number(recordId), Title: 'Coffee', 'TG ID': '12345' }]);
    expect(getParameter).toHaveBeenCalledWith('/shop/token', expect.objectContaining({ decrypt: true }));
    expect(aws.requests).toMatchObject([
      {
        // Which layout the table has.
        target: 'DynamoDB_20120810.GetItem',
        body: { TableName: 'Payments', Key: { pk: { S: 'CONTROL' }, sk: { S: 'GATE' } } },
      },
      {
        target: 'DynamoDB_20120810.UpdateItem',
        body: { TableName: 'Payments', Key: { pk: { S: 'USER#12345' }, sk: { S: `RECORD#${recordId}` } } },
      },
    ]);
  });

  it.each([
    { profile: 'newer', version: 'auto' },
    { profile: 'current', version: 'v3' },
  ] as const)('creates it through API v3 with %o', async (options) => {
    const { nocodb, aws, handler } = await prepare(options);

    const { recordId } = await handler({ userId: 12345 });

    expect(nocodb.records.all()).toMatchObject([{ Id: Number(recordId), 'TG ID': '12345' }]);
    expect(nocodb.requests.at(-1)?.url).toBe(`/api/v3/data/${nocodb.baseId}/${nocodb.tableId}/records`);
    expect(aws.requests).toHaveLength(2);
  });

  it('says so when NocoDB has neither version of the API', async () => {
    const { handler } = await prepare({ profile: 'old', version: 'v3' });

    await expect(handler({ userId: 12345 })).rejects.toThrow('Check its address and NOCODB_BASE_ID');
  });

  it('creates no record for a user id that cannot be tracked', async () => {
    const { nocodb, aws, handler } = await prepare();

    await expect(handler({ userId: 'a b' })).rejects.toThrow('userId "a b" is not valid');

    expect(nocodb.records.all()).toEqual([]);
    expect(aws.requests).toEqual([]);
  });

  it('says what failed when NocoDB does not create the record, and tracks nothing', async () => {
    const { nocodb, aws, handler } = await prepare({ token: 'unknown' });

    await expect(handler({ userId: 12345 })).rejects.toThrow(
      `create record [POST ${nocodb.url}/api/v2/tables/${nocodb.tableId}/records]: Error: NocoDB answered 401`,
    );

    expect(aws.requests).toEqual([]);
  });

  it('never shows a token that cannot be sent', async () => {
    const { handler } = await prepare({ token: 'two\nlines' });

    const error = await handler({ userId: 12345 }).catch((thrown: Error) => thrown);

    expect(error).toMatchObject({ message: expect.stringContaining('/shop/token contains no token') });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('lines');
  });
});
