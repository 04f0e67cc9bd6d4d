import { createNocoDbApi } from '../../../lambda/nocodb/api.ts';
import { type ApiCall, createNocoDbClient } from '../../../lambda/nocodb/client.ts';
import type { Dialect, TableDescription } from '../../../lambda/nocodb/dialect.ts';
import { readResponse } from '../../../lambda/nocodb/read-response.ts';
import { recordSourceOf } from '../../../lambda/nocodb/record-source.ts';
import { createRecords, type NocoDbRecords } from '../../../lambda/nocodb/records.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { checkVariables, type Variables } from '../../../lambda/settings/read-settings.ts';
import { toNocoDbSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { SettingsError } from '../../../lambda/settings/settings-error.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import type { Clock } from '../../../lambda/tracker/clock.ts';
import { REQUEST_SPACING_MS } from '../../../lambda/tracker/pacer.ts';
import type { RecordSource, RequestContext } from '../../../lambda/tracker/record-source.ts';

/** The variable with the API token of the user who runs the command. On AWS, the token is in SSM. */
export const TOKEN_VARIABLE = 'NOCODB_API_TOKEN';

/** Time for one call including its retries, in milliseconds. The command line has no slots that limit it. */
const TIMEOUT_MS = 20_000;

/** The configured NocoDB. Requests use the same code as the tick. */
export interface NocoDbAccess {
  readonly settings: NocoDbSettings;
  /** The requests of the tick. */
  readonly source: RecordSource;
  /** @param ownerField title or id of the field that each record's owner is read from */
  records(ownerField: string): NocoDbRecords;
  /** The description of the configured table. @throws {TrackerError} */
  table(): Promise<TableDescription>;
  /** Makes calls in the version of the API that is configured, or that the server has. */
  ask<T>(work: (dialect: Dialect) => Promise<T>): Promise<T>;
  /**
   * Sends any other call of its API.
   *
   * @param read reads the JSON of the response; it may throw an `UnexpectedShapeError`
   * @throws {TrackerError}
   */
  send<T>(call: Omit<ApiCall, 'params' | 'recordIds'>, read: (json: unknown) => T): Promise<T>;
  /** Waits until the next request may be sent; `send` and `table` do so by themselves. Requests keep the distance that ticks keep. */
  turn(): Promise<void>;
  /** The deadline of a call that starts now. Requests are not reported. */
  context(): RequestContext;
}

export interface NocoDbAccessOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /**
   * For `doctor`: checks all settings of the stack too, and lets a title through as the id of the table, so that NocoDB
   * can be asked which tables there are.
   *
   * @default false
   */
  readonly examine?: boolean | undefined;
}

/** @throws {SettingsError} with every fault at once, including a missing token */
export function openNocoDb(env: Variables, options: NocoDbAccessOptions): NocoDbAccess {
  const { settings, token } = parse(env, options.examine);
  const source = { ...options, token: fixedToken(token) };
  const client = createNocoDbClient({ ...source, apiUrl: settings.apiUrl });
  const api = createNocoDbApi(settings, client, options.clock);
  const turn = takeTurns(options.clock);
  const context = () => ({ deadline: options.clock.now() + TIMEOUT_MS, report: () => {} });
  return {
    settings,
    source: recordSourceOf(api),
    records: (ownerField) => createRecords({ ...settings, ownerField }, source),
    async table() {
      await turn();
      return api.readTable(context());
    },
    ask: (work) => api.ask(context(), work),
    async send(call, read) {
      await turn();
      const unreported = context();
      const response = await client.send({ ...call, params: '', recordIds: 0 }, unreported);
      return readResponse(response, unreported, read);
    },
    turn,
    context,
  };
}

function takeTurns(clock: Clock): () => Promise<void> {
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    const wait = next - clock.now();
    if (wait > 0) await clock.sleep(wait);
    next = clock.now() + REQUEST_SPACING_MS;
  };
}

function parse(
  env: Variables,
  examine = false,
): { readonly settings: NocoDbSettings; readonly token: string } {
  const { values, faults } = examine
    ? checkVariables(env, 'stack', 'nocodbCommand')
    : checkVariables(env, 'nocodbCommand');
  const title = env[VARIABLES.tableId]?.trim();
  const mayBeTitle = examine && title && faults.every(({ setting }) => setting === 'tableId');
  if (faults.length > 0 && !mayBeTitle) throw new SettingsError(faults.map(({ text }) => text));
  return {
    settings: toNocoDbSettings(faults.length > 0 && title ? { ...values, tableId: title } : values),
    token: values.apiToken,
  };
}
