import { NOCODB_VARIABLES, type NocoDbSettings, parseNocoDbSettings } from '../nocodb/settings.ts';
import { SettingsError } from '../settings/settings-error.ts';
import { DEFAULT_RETENTION, type Retention } from '../table/retention.ts';
import { INTERVAL_SECONDS } from '../tracker/interval.ts';
import { VariableReader, type Variables } from './variable-reader.ts';

/** Everything a tracker can be told. */
export interface TrackerSettings {
  readonly nocodb: NocoDbSettings;
  /** Name of the SSM parameter (SecureString) that holds NocoDB's API token. */
  readonly tokenParameterName: string;
  /** Time between two ticks, whole seconds. */
  readonly intervalSeconds: number;
  /** Partitions of the index that lists what is pending. */
  readonly shards: number;
  readonly retention: Required<Retention>;
}

/** The variables that {@link parseTrackerSettings} reads beside those of NocoDB. */
export const TRACKER_VARIABLES = {
  tokenParameterName: 'NOCODB_TOKEN_PARAMETER',
  intervalSeconds: 'INTERVAL_SECONDS',
  shards: 'PENDING_SHARDS',
  pendingDays: 'PENDING_RETENTION_DAYS',
  paidDays: 'PAID_RETENTION_DAYS',
} as const;

export const DEFAULT_TOKEN_PARAMETER = '/payment-tracker/nocodb-api-token';

/** One partition lists 100,000 pending payments in a tick; more only spread the writes. */
export const SHARDS = { min: 1, max: 16, default: 1 } as const;

/**
 * SSM's rules for names (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html).
 * Here they begin with `/`: that makes the name one of a hierarchy, and catches a secret put here by mistake.
 */
export const PARAMETER_NAME = {
  pattern: /^(?:\/[A-Za-z0-9_.-]+)+$/,
  form: 'the name of an SSM parameter that begins with /',
} as const;

/**
 * Reads a tracker's settings from variables. The stack reads them at synth and hands them to the Lambda functions, which
 * read them with this function too. Blank variables count as absent.
 *
 * @throws {SettingsError} with every fault at once
 */
export function parseTrackerSettings(variables: Variables): TrackerSettings {
  const faults: string[] = [];
  const reader = new VariableReader(variables, faults);
  const nocodb = reader.parse(parseNocoDbSettings);
  const names = TRACKER_VARIABLES;
  const settings = {
    tokenParameterName: reader.text(names.tokenParameterName, {
      pattern: PARAMETER_NAME.pattern,
      form: `${PARAMETER_NAME.form}, as in ${DEFAULT_TOKEN_PARAMETER} (never the token itself)`,
      fallback: DEFAULT_TOKEN_PARAMETER,
      secret: true,
    }),
    intervalSeconds: reader.wholeNumber(names.intervalSeconds, {
      ...INTERVAL_SECONDS,
      unit: 'seconds',
      aliases: ['INTERVAL', 'UPDATE_INTERVAL', 'POLL_INTERVAL', 'POLLING_INTERVAL'],
    }),
    shards: reader.wholeNumber(names.shards, { ...SHARDS, unit: 'shards' }),
    retention: {
      pendingDays: reader.wholeNumber(names.pendingDays, { ...DAYS, default: DEFAULT_RETENTION.pendingDays }),
      paidDays: reader.wholeNumber(names.paidDays, { ...DAYS, default: DEFAULT_RETENTION.paidDays }),
    },
  };
  if (nocodb === undefined || faults.length > 0) throw new SettingsError(faults);
  return { nocodb, ...settings };
}

const DAYS = { min: 1, max: 3650, unit: 'days' } as const;

/** The variables that {@link parseTrackerSettings} reads the same settings from, the defaults spelled out. */
export function formatTrackerSettings(settings: TrackerSettings): Record<string, string> {
  const { nocodb, retention } = settings;
  const { paidValues, ownerField } = nocodb;
  return {
    [NOCODB_VARIABLES.apiUrl]: nocodb.apiUrl,
    [NOCODB_VARIABLES.tableId]: nocodb.tableId,
    [NOCODB_VARIABLES.idField]: nocodb.idField,
    [NOCODB_VARIABLES.paidField]: nocodb.paidField,
    ...(paidValues !== undefined && { [NOCODB_VARIABLES.paidValues]: paidValues.join(',') }),
    ...(ownerField !== undefined && { [NOCODB_VARIABLES.ownerField]: ownerField }),
    [TRACKER_VARIABLES.tokenParameterName]: settings.tokenParameterName,
    [TRACKER_VARIABLES.intervalSeconds]: String(settings.intervalSeconds),
    [TRACKER_VARIABLES.shards]: String(settings.shards),
    [TRACKER_VARIABLES.pendingDays]: String(retention.pendingDays),
    [TRACKER_VARIABLES.paidDays]: String(retention.paidDays),
  };
}
