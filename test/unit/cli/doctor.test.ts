import { expect, test } from 'vitest';
import { CommandError } from '../../../infra/cli/console/errors.ts';
import { FakeNocoDb } from './support/fake-nocodb.ts';
import { FakePayments, QUIET_STATS } from './support/fake-payments.ts';
import { MemoryTerminal, run } from './support/run.ts';

interface Report {
  readonly healthy: boolean;
  readonly checks: readonly { check: string; outcome: string; text?: string; hint?: string }[];
}

/** Runs the doctor over a NocoDB that was made ill. */
async function examine(
  nocodb: FakeNocoDb,
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<Report & { readonly exitCode: number }> {
  const { exitCode, json } = await run(['doctor', '--json'], nocodb.access(variables));
  return { exitCode, ...(json() as Report) };
}

const outcomes = ({ checks }: Report) => checks.map(({ outcome }) => outcome).join(' ');
const faults = ({ checks }: Report) => checks.filter(({ outcome }) => outcome === 'fault');

test('a NocoDB where all is well passes every check, a line each', async () => {
  const nocodb = await FakeNocoDb.start();

  const { exitCode, out } = await run(['doctor'], nocodb.access({ NOCODB_OWNER_FIELD: 'TG ID' }));

  expect(exitCode).toBe(0);
  expect(out.trimEnd().split('\n')).toEqual([
    `✔ Settings    NocoDB on ${nocodb.url}, table mpayments0000001; paid means: "Paid" is ticked`,
    '✔ Connection  NocoDB answers',
    '✔ Token       NocoDB accepts it',
    '✔ Table       it is there, with 7 fields',
    '✔ API         ticks use v2; the server has v3 too, where the base is p1',
    '✔ Fields      "Id" (ID), "Paid" (Checkbox), "TG ID" (SingleLineText)',
    '✔ Records     the token may read them',
    '✔ Bulk lists  the server has them: up to 20,000 pending payments, a tick is one request',
    '✔ Changes     the table keeps when its records change',
    '✔ Payments    0 are pending',
  ]);
});

test('payments that are held are a fault, and those that are given up are worth a note', async () => {
  const nocodb = await FakeNocoDb.start();
  const payments = new FakePayments();
  payments.stats = [{ ...QUIET_STATS, pending: 5, held: 4, missing: 2, invalid: 1, webhookSilent: true }];

  const { exitCode, json } = await run(['doctor', '--json'], {
    ...nocodb.access(),
    payments: async () => payments,
  });

  expect(exitCode).toBe(1);
  expect((json() as Report).checks.slice(-4)).toMatchObject([
    { check: 'Payments', outcome: 'ok', text: '5 are pending' },
    {
      outcome: 'fault',
      text: expect.stringMatching(/^4 are held/),
      hint: expect.stringContaining('accept-table'),
    },
    { outcome: 'note', text: 'ticks confirmed payments that the webhook should have reported' },
    { outcome: 'note', text: '2 are missing and 1 are invalid' },
  ]);
});

test('without a payments table, everything else is checked', async () => {
  const nocodb = await FakeNocoDb.start();
  const payments = () => Promise.reject(new CommandError('There is no stack Shop', 'Name it.'));

  const { exitCode, out } = await run(['doctor'], { ...nocodb.access(), payments });

  expect(exitCode).toBe(0);
  expect(out).toContain(
    '! Payments    the payments table was not read\n              → There is no stack Shop. Name it\n',
  );
});

test('requests keep a distance of 250 ms, so that the doctor brings no rate limit about', async () => {
  const nocodb = await FakeNocoDb.start();
  const access = nocodb.access();
  const start = access.clock.now();

  await run(['doctor'], access);

  expect(nocodb.requests).toHaveLength(6);
  expect(access.clock.now() - start).toBe(5 * 250);
});

test('every wrong setting is a line of its own, and nothing is asked', async () => {
  const nocodb = await FakeNocoDb.start();

  const report = await examine(nocodb, {
    NOCODB_API_URL: undefined,
    NOCODB_API_TOKEN: ' ',
    NOCODB_PAID_FIELD: 'a,b',
  });

  expect(report.exitCode).toBe(1);
  expect(faults(report).map(({ check, text }) => `${check}: ${text}`)).toEqual([
    expect.stringMatching(/^Settings: NOCODB_API_URL is missing/),
    expect.stringMatching(/^Settings: NOCODB_PAID_FIELD "a,b" holds a comma/),
    expect.stringMatching(/^Settings: NOCODB_API_TOKEN is missing: make a token in NocoDB/),
  ]);
  expect(outcomes(report)).toMatch(/^fault fault fault( skipped){9}$/);
  expect(nocodb.requests).toEqual([]);
});

test('settings that only the stack reads are checked too, together with the others', async () => {
  const nocodb = await FakeNocoDb.start();

  const report = await examine(nocodb, {
    INTERVAL_SECONDS: '1',
    PAYMENT_TRACKER_STACK: 'my stack',
    ALARM_MAIL: 'ops@example.com',
    NOCODB_TABLE_ID: 'Payments',
  });

  expect(faults(report).map(({ check, text }) => `${check}: ${text}`)).toEqual([
    expect.stringMatching(/^Settings: PAYMENT_TRACKER_STACK "my stack" is not/),
    'Settings: ALARM_MAIL is set, but ALARM_EMAIL is what is read',
    expect.stringMatching(/^Settings: NOCODB_TABLE_ID "Payments" is not a table id/),
    expect.stringMatching(/^Settings: INTERVAL_SECONDS "1" is not a whole number of seconds from 5 to 3600/),
  ]);
  expect(nocodb.requests).toEqual([]);
});

test('an address where nothing listens is told, and the rest skipped', async () => {
  const nocodb = await FakeNocoDb.start();

  const report = await examine(nocodb, { NOCODB_API_URL: 'http://127.0.0.1:1' });

  expect(outcomes(report)).toBe('ok fault skipped skipped skipped skipped skipped skipped skipped skipped');
  expect(faults(report)).toEqual([
    expect.objectContaining({
      check: 'Connection',
      text: 'no connection (ECONNREFUSED)',
      hint: expect.stringContaining('NOCODB_API_URL'),
    }),
  ]);
});

test('an address of something else than NocoDB is told', async () => {
  const nocodb = await FakeNocoDb.start();
  nocodb.overrides.set('GET /api/v1/health', { status: 404, body: 'nothing here' });

  expect(faults(await examine(nocodb))).toEqual([
    expect.objectContaining({ check: 'Connection', text: expect.stringContaining('404') }),
  ]);
});

test('a token that NocoDB does not know is told, and not shown', async () => {
  const nocodb = await FakeNocoDb.start();

  const report = await examine(nocodb, { NOCODB_API_TOKEN: 'wrong-token' });

  expect(faults(report)).toEqual([
    expect.objectContaining({ check: 'Token', hint: expect.stringContaining('Create an API token') }),
  ]);
  expect(JSON.stringify(report)).not.toContain('wrong-token');
});

test.each(['Payments', 'My payments/paid?'])(
  "a table's title in place of its id is told with the ids that the token sees: %s",
  async (title) => {
    const nocodb = await FakeNocoDb.start();

    expect(faults(await examine(nocodb, { NOCODB_TABLE_ID: title }))).toEqual([
      {
        check: 'Table',
        outcome: 'fault',
        text: `there is no table ${title}`,
        hint: expect.stringContaining('The token sees these tables: Payments (mpayments0000001)'),
      },
    ]);
  },
);

test('other commands refuse the title', async () => {
  const nocodb = await FakeNocoDb.start();

  expect(() => nocodb.access({ NOCODB_TABLE_ID: 'Payments' }).nocodb()).toThrow(
    /^1 setting is wrong:\n- NOCODB_TABLE_ID "Payments" is not a table id/,
  );
});

test('a token without rights to the base is told which it needs', async () => {
  const nocodb = await FakeNocoDb.start();
  nocodb.overrides.set('GET /api/v2/meta/tables/mpayments0000001', {
    status: 403,
    body: { error: 'ERR_FORBIDDEN', message: 'Forbidden' },
  });

  expect(faults(await examine(nocodb))).toEqual([
    expect.objectContaining({ check: 'Table', hint: expect.stringContaining('viewer') }),
  ]);
});

test('absent fields are told together, with the one that was meant and the ones there are', async () => {
  const nocodb = await FakeNocoDb.start();

  const report = await examine(nocodb, { NOCODB_PAID_FIELD: 'paid', NOCODB_OWNER_FIELD: 'TG IDs' });

  expect(faults(report)).toEqual([
    {
      check: 'Fields',
      outcome: 'fault',
      text: 'the table has no field "paid" (did you mean "Paid"?)',
      hint: 'Set NOCODB_PAID_FIELD to one of its fields, letter for letter: Id, Paid, TG ID, Status, CreatedAt, UpdatedAt',
    },
    expect.objectContaining({ text: 'the table has no field "TG IDs" (did you mean "TG ID"?)' }),
  ]);
});

test.for([
  [
    'a select taken for a checkbox',
    { NOCODB_PAID_FIELD: 'Status' },
    /^"Status" is no checkbox but a SingleSelect$/,
  ],
  [
    'a checkbox taken for a select',
    { NOCODB_PAID_VALUES: 'Yes' },
    /^"Paid" is a checkbox, so that none of the values Yes/,
  ],
  [
    'an option that is not there',
    { NOCODB_PAID_FIELD: 'Status', NOCODB_PAID_VALUES: 'Paid,paid' },
    /^"Status" has no option paid$/,
  ],
] as const)('%s is a fault', async ([, variables, text]) => {
  const nocodb = await FakeNocoDb.start();

  expect(faults(await examine(nocodb, variables))).toEqual([
    expect.objectContaining({ check: 'Fields', text: expect.stringMatching(text) }),
  ]);
});

test.for([
  ['options of a select', { NOCODB_PAID_FIELD: 'Status', NOCODB_PAID_VALUES: 'Paid,Succeeded' }],
  ['values of a text', { NOCODB_PAID_FIELD: 'TG ID', NOCODB_PAID_VALUES: 'anything' }],
  ['ids instead of titles', { NOCODB_PAID_FIELD: 'cpaid000000000001' }],
])('%s are as good as a checkbox', async ([, variables]) => {
  const nocodb = await FakeNocoDb.start();

  expect((await examine(nocodb, variables as Record<string, string>)).healthy).toBe(true);
});

test('a computed field may be a checkbox', async () => {
  const nocodb = await FakeNocoDb.start();
  nocodb.columns[1] = { id: 'cpaid000000000001', title: 'Paid', uidt: 'Lookup', pk: 0 };

  expect((await examine(nocodb)).healthy).toBe(true);
});

test('an id field that is not the key is worth a note, and no fault', async () => {
  const nocodb = await FakeNocoDb.start();

  const report = await examine(nocodb, { NOCODB_ID_FIELD: 'TG ID' });

  expect(report).toMatchObject({ exitCode: 0, healthy: true });
  expect(report.checks).toContainEqual(
    expect.objectContaining({ outcome: 'note', text: '"TG ID" is not the key of the table' }),
  );
});

test('a server without API v3 is fine, and told', async () => {
  const nocodb = await FakeNocoDb.start();
  nocodb.overrides.set('GET /api/v3/meta/bases/p1/tables/mpayments0000001', {
    status: 404,
    body: { msg: 'Cannot GET /api/v3/meta/bases/p1/tables/mpayments0000001' },
  });

  const report = await examine(nocodb);

  expect(report.checks).toContainEqual({
    check: 'API',
    outcome: 'ok',
    text: 'ticks use v2; the server has no v3',
  });
});

test('records that cannot be read are a fault', async () => {
  const nocodb = await FakeNocoDb.start();
  nocodb.overrides.set('GET /api/v2/tables/mpayments0000001/records', {
    status: 403,
    body: { error: 'ERR_FORBIDDEN', message: 'Forbidden' },
  });

  expect(faults(await examine(nocodb))).toEqual([expect.objectContaining({ check: 'Records' })]);
});

test('a server without bulk lists is worth a note, and no fault', async () => {
  const nocodb = await FakeNocoDb.start();
  nocodb.overrides.set('POST /api/v2/tables/mpayments0000001/bulk/datalist', {
    status: 404,
    body: { msg: 'Cannot POST /api/v2/tables/mpayments0000001/bulk/datalist' },
  });

  const { exitCode, out } = await run(['doctor'], nocodb.access());

  expect(exitCode).toBe(0);
  expect(out).toMatch(/! Bulk lists {2}the server has none: .* several requests\n {14}→ NocoDB 0\.262/);
});

test('a table that does not keep when its records change is worth a note, and no fault', async () => {
  const nocodb = await FakeNocoDb.start();
  nocodb.columns = nocodb.columns.filter(({ uidt }) => uidt !== 'LastModifiedTime');

  const report = await examine(nocodb);

  expect(report).toMatchObject({ exitCode: 0, healthy: true });
  expect(report.checks.at(-2)).toEqual({
    check: 'Changes',
    outcome: 'note',
    text: 'the table does not keep when its records change: it has no field of the type LastModifiedTime',
    hint: expect.stringContaining('20,000 pending payments'),
  });
});

test.each([
  [1000, 900, 'ok', 'share 1000 concurrent calls', undefined],
  [500, 500, 'note', 'only 500 functions', /^Set NOCODB_WEBHOOK_MAX_CONCURRENCY=5 and deploy again$/],
  [
    10,
    10,
    'note',
    'only 10 functions',
    /^Ask AWS to raise the quota .*; then set NOCODB_WEBHOOK_MAX_CONCURRENCY=5/,
  ],
  [150, 104, 'note', 'only 150 functions', /^Ask AWS/],
])('a webhook in an account with a concurrency of %i (%i unreserved) is %s', async (...row) => {
  const [limit, unreserved, outcome, text, hint] = row;
  const nocodb = await FakeNocoDb.start();

  const { exitCode, json } = await run(['doctor', '--json'], {
    ...nocodb.access(),
    webhookSettings: () => ({ maxConcurrency: undefined }),
    accountConcurrency: async () => ({ limit, unreserved }),
  });

  expect(exitCode).toBe(0);
  expect((json() as Report).checks.at(-1)).toEqual({
    check: 'Webhook',
    outcome,
    text: expect.stringContaining(text),
    ...(hint && { hint: expect.stringMatching(hint) }),
  });
});

test('a webhook with a concurrency of its own cannot delay the ticks', async () => {
  const nocodb = await FakeNocoDb.start();

  const { json } = await run(['doctor', '--json'], {
    ...nocodb.access(),
    webhookSettings: () => ({ maxConcurrency: 5 }),
  });

  expect((json() as Report).checks.at(-1)).toMatchObject({ check: 'Webhook', outcome: 'ok' });
});

test('an account that cannot be asked makes nobody ill', async () => {
  const nocodb = await FakeNocoDb.start();

  const { exitCode, json } = await run(['doctor', '--json'], {
    ...nocodb.access(),
    webhookSettings: () => ({ maxConcurrency: undefined }),
    accountConcurrency: () => Promise.reject(new CommandError('No credentials', 'Sign in.')),
  });

  expect(exitCode).toBe(0);
  expect((json() as Report).checks.at(-1)).toMatchObject({
    outcome: 'note',
    text: expect.stringContaining('is not known'),
    hint: 'No credentials. Sign in',
  });
});

test('signs have colours on a terminal', async () => {
  const nocodb = await FakeNocoDb.start();

  const { out } = await run(['doctor'], {
    ...nocodb.access({ NOCODB_API_TOKEN: 'wrong' }),
    out: new MemoryTerminal({ colours: true }),
  });

  expect(out).toContain('\x1b[32m✔\x1b[39m Connection');
  expect(out).toContain('\x1b[31m✖\x1b[39m Token');
  expect(out).toContain('\x1b[2mnot checked\x1b[22m');
});
