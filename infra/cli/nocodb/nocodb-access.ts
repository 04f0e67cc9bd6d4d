import type { Dispatcher } from 'undici';
import type { Variables } from '../../../lambda/environment/variable-reader.ts';
import type { ApiCall } from '../../../lambda/nocodb/client.ts';
import { createNocoDbClient } from '../../../lambda/nocodb/client.ts';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import { createRecords, type NocoDbRecords } from '../../../lambda/nocodb/records.ts';
import { type NocoDbSettings, parseNocoDbSettings } from '../../../lambda/nocodb/settings.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { SettingsError } from '../../../lambda/settings/settings-error.ts';
import type { Clock } from '../../../lambda/tracker/clock.ts';
import { REQUEST_SPACING_MS } from '../../../lambda/tracker/pacer.ts';
import type { RecordSource, RequestContext } from '../../../lambda/tracker/record-source.ts';

/** The variable with the API token. On AWS the token comes from SSM instead; here a person runs the command. */
export const TOKEN_VARIABLE = 'NOCODB_API_TOKEN';

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
}

/** @throws {SettingsError} with every fault at once, a missing token included */
export function openNocoDb(env: Variables, options: NocoDbAccessOptions): NocoDbAccess {
  const { settings, token } = parse(env);
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
    next = clock.now() + REQUEST_SPACING_MS;
  };
}

function parse(env: Variables): { readonly settings: NocoDbSettings; readonly token: string } {
  const token = env[TOKEN_VARIABLE]?.trim() ?? '';
  const faults =
    token === ''
      ? [`${TOKEN_VARIABLE} is missing: make a token in NocoDB under Team & Settings → API Tokens`]
      : [];
  try {
    const settings = parseNocoDbSettings(env);
    if (faults.length === 0) return { settings, token };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    faults.unshift(...error.faults);
  }
  throw new SettingsError(faults);
}
