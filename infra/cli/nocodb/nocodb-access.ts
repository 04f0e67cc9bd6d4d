import type { Dispatcher } from 'undici';
import type { ApiCall } from '../../../lambda/nocodb/client.ts';
import { createNocoDbClient } from '../../../lambda/nocodb/client.ts';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import { createRecords, type NocoDbRecords } from '../../../lambda/nocodb/records.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { checkVariables, SettingsError, type Variables } from '../../../lambda/settings/read-settings.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { type NocoDbSettings, toNocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import type { Clock } from '../../../lambda/tracker/clock.ts';
import { REQUEST_SPACING } from '../../../lambda/tracker/fetch-records.ts';
import type { RecordSource, RequestContext } from '../../../lambda/tracker/record-source.ts';

/** How long one call may take, its retries included; milliseconds. Nobody waits for a slot here. */
const TIMEOUT_MS = 20_000;

/** The configured NocoDB, spoken to through the code that the tick uses. */
export interface NocoDbAccess {
  readonly settings: NocoDbSettings;
  /** What the tick asks. */
  readonly source: RecordSource;
  /** @param ownerField title or id of the field that each record's owner is read from */
  records(ownerField: string): NocoDbRecords;
  /** Any other call of its API. @throws {TrackerError} */
  send<T>(call: Omit<ApiCall<T>, 'params' | 'recordIds'>): Promise<T>;
  /** Waits until the next request may be sent; `send` does so by itself. Requests keep the distance that ticks keep. */
  turn(): Promise<void>;
  /** What a call needs: a deadline from now. Exchanges are not reported. */
  context(): RequestContext;
}

export interface NocoDbAccessOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly dispatcher: Dispatcher;
  /**
   * For `doctor`: checks all settings of the stack too, and lets a title through as the id of the table, so that NocoDB
   * can be asked which tables there are.
   *
   * @default false
   */
  readonly examine?: boolean | undefined;
}

/** @throws {SettingsError} with every fault at once, a missing token included */
export function openNocoDb(env: Variables, options: NocoDbAccessOptions): NocoDbAccess {
  const { settings, token } = parse(env, options.examine);
  const source = { ...options, token: fixedToken(token) };
  const client = createNocoDbClient({ ...source, apiUrl: settings.apiUrl });
  const turn = takeTurns(options.clock);
  const context = () => ({ deadline: options.clock.now() + TIMEOUT_MS, report: () => {} });
  return {
    settings,
    source: createRecordSource(settings, source),
    records: (ownerField) => createRecords({ ...settings, ownerField }, source),
    async send(call) {
      await turn();
      return client.send({ ...call, params: '', recordIds: 0 }, context());
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
    next = clock.now() + REQUEST_SPACING;
  };
}

function parse(
  env: Variables,
  examine = false,
): { readonly settings: NocoDbSettings; readonly token: string } {
  const { values, faults } = examine
    ? checkVariables(env, 'stack', 'nocodbCommand')
    : checkVariables(env, 'nocodbCommand');
  const tableId = env[VARIABLES.tableId]?.trim() || undefined;
  const mayBeTitle = examine && tableId !== undefined && faults.every(({ setting }) => setting === 'tableId');
  if (faults.length > 0 && !mayBeTitle) throw new SettingsError(faults.map(({ text }) => text));
  return {
    settings: toNocoDbSettings(tableId === undefined ? values : { ...values, tableId }),
    token: values.apiToken,
  };
}
