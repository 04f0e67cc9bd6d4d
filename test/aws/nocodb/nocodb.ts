import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOutputs } from '../../../infra/local/deployment/stack-outputs.ts';
import { variableNames } from '../../../lambda/settings/read-settings.ts';
import { parseTrackerSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import type { TrackerSettings } from '../../../lambda/settings/tracker-settings.ts';
import { openFunctionDoor } from '../../support/function-door.ts';
import type { Account } from '../account.ts';
import { deleteStack, deployStack } from '../stacks.ts';

/** The NocoDB whose records the test pays. */
export interface TestNocoDb {
  readonly description: string;
  /** The settings of a tracker that watches it. */
  readonly variables: Readonly<Record<string, string>>;
  readonly token: string;
  readonly settings: TrackerSettings['nocodb'];
  /** Changes fields of a record, by their titles. */
  update(recordId: string, fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ticks a record as paid. */
  pay(recordId: string): Promise<void>;
  /** Deletes records. */
  remove(recordIds: readonly string[]): Promise<void>;
}

/** The NocoDB that the settings name, or else a demo NocoDB, which is deployed. */
export async function openNocoDb(
  account: Account,
  environment: NodeJS.ProcessEnv,
  options: {
    readonly stackName: string;
    readonly signal: AbortSignal;
    readonly started: AsyncDisposableStack;
  },
): Promise<TestNocoDb> {
  const given = Object.fromEntries(
    variableNames('start').flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  if (given[VARIABLES.apiUrl] === undefined) return deployDemo(account, options);
  const { [VARIABLES.apiToken]: token = '', ...variables } = given;
  return connectNocoDb(variables, token, String(given[VARIABLES.apiUrl]));
}

async function deployDemo(
  account: Account,
  { stackName, signal, started }: Parameters<typeof openNocoDb>[2],
): Promise<TestNocoDb> {
  const token = randomBytes(20).toString('hex');
  started.defer(() => deleteStack(account, stackName));
  await deployStack(account, {
    app: join(import.meta.dirname, 'app.ts'),
    stackName,
    variables: { DEMO_NOCODB_STACK: stackName, DEMO_NOCODB_TOKEN: token },
    signal,
  });
  const { Url: functionUrl = '' } = await readOutputs(account.aws, stackName);
  let url = functionUrl;
  if (account.emulator !== undefined) {
    const door = await openFunctionDoor(functionUrl, account.emulator);
    started.defer(() => door.close());
    url = door.url;
  }
  const variables = {
    [VARIABLES.apiUrl]: url,
    [VARIABLES.tableId]: 'mdemopayments00',
    [VARIABLES.ownerField]: 'TG ID',
  };
  return connectNocoDb(variables, token, `a demo NocoDB in a Lambda function, ${url}`);
}

function connectNocoDb(
  variables: Readonly<Record<string, string>>,
  token: string,
  description: string,
): TestNocoDb {
  const { nocodb: settings } = parseTrackerSettings(variables);
  const { apiUrl, tableId, idField, paidField, paidValues } = settings;
  const records = `${apiUrl}/api/v2/tables/${tableId}/records`;

  async function call(method: string, body: unknown): Promise<void> {
    const response = await fetch(records, {
      method,
      headers: { 'xc-token': token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${records}: ${response.status} ${text.slice(0, 200)}`);
  }

  const update: TestNocoDb['update'] = (recordId, fields) =>
    call('PATCH', [{ [idField]: Number(recordId), ...fields }]);
  return {
    description,
    variables,
    token,
    settings,
    update,
    pay: (recordId) => update(recordId, { [paidField]: paidValues?.[0] ?? true }),
    remove: (recordIds) =>
      call(
        'DELETE',
        recordIds.map((id) => ({ [idField]: Number(id) })),
      ),
  };
}
