import type { ClientOptions } from '../../../lambda/nocodb/client.ts';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import type { TrackerError } from '../../../lambda/tracker/errors.ts';
import type { ExchangeEvent, RecordQuery, RequestContext } from '../../../lambda/tracker/record-source.ts';
import { FakeClock } from '../../support/fake-clock.ts';

export const TOKEN = 'secret-token-0123456789';

/** A clock that records all sleeps. */
export class RecordingClock extends FakeClock {
  readonly sleeps: number[] = [];

  override async sleep(milliseconds: number): Promise<void> {
    this.sleeps.push(milliseconds);
    await super.sleep(milliseconds);
  }
}

export function settingsFor(apiUrl: string, changes: Partial<NocoDbSettings> = {}): NocoDbSettings {
  return {
    apiUrl,
    tableId: 'mpayments000001',
    apiVersion: 'auto',
    idField: 'Id',
    paidField: 'Paid',
    ...changes,
  };
}

/** A source for a server, with its clock and the events that it reports. */
export function sourceFor(
  apiUrl: string,
  changes: Partial<NocoDbSettings> = {},
  options: Partial<Omit<ClientOptions, 'apiUrl'>> = {},
) {
  const clock = new RecordingClock();
  const events: ExchangeEvent[] = [];
  const source = createRecordSource(settingsFor(apiUrl, changes), {
    token: fixedToken(TOKEN),
    clock,
    random: () => 0.5,
    ...options,
  });
  /** A context with a deadline in this number of milliseconds. */
  const within = (milliseconds = 10_000): RequestContext => ({
    deadline: clock.now() + milliseconds,
    report: (event) => events.push(event),
  });
  return { source, clock, events, within };
}

export function query(recordIds: readonly string[], changes: Partial<RecordQuery> = {}): RecordQuery {
  return { recordIds, want: 'paid', limit: 1000, ...changes };
}

/** The error with which a promise rejects. */
export async function failureOf(promise: Promise<unknown>): Promise<TrackerError> {
  const nothing = Symbol('no failure');
  const outcome = await promise.then(
    () => nothing,
    (error: unknown) => error,
  );
  if (outcome === nothing) throw new Error('expected a failure');
  return outcome as TrackerError;
}
