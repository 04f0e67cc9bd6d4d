import { normalizeApiUrl } from '../settings/api-url.ts';
import { nearMiss } from '../settings/near-miss.ts';
import { SettingsError } from '../settings/settings-error.ts';
import { faultOfFieldName, faultOfPaidValue } from '../settings/where-syntax.ts';

/** Which NocoDB table holds the payments' records, and what in it means paid. */
export interface NocoDbSettings {
  /** Origin and, behind a reverse proxy, its base path; no trailing slash. */
  readonly apiUrl: string;
  /** The table's id (`m…`), not its title. */
  readonly tableId: string;
  /** Title or id (`c…`) of the field with the record id. @default 'Id' */
  readonly idField: string;
  /** Title or id of the field that says whether a record is paid. @default 'Paid' */
  readonly paidField: string;
  /** The paid field's texts that mean paid. Absent: the paid field is a checkbox. */
  readonly paidValues?: readonly string[];
  /** Title or id of the field with the user id of the record's owner. Absent: owners are not compared. */
  readonly ownerField?: string;
}

/** The variables that {@link parseNocoDbSettings} reads. */
export const NOCODB_VARIABLES = {
  apiUrl: 'NOCODB_API_URL',
  tableId: 'NOCODB_TABLE_ID',
  idField: 'NOCODB_ID_FIELD',
  paidField: 'NOCODB_PAID_FIELD',
  paidValues: 'NOCODB_PAID_VALUES',
  ownerField: 'NOCODB_OWNER_FIELD',
} as const;

export const DEFAULT_ID_FIELD = 'Id';
export const DEFAULT_PAID_FIELD = 'Paid';

/** What people set instead of the variable that is read. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  NOCODB_API_URL: [
    'NOCODB_URL',
    'NOCODB_BASE_URL',
    'NOCODB_HOST',
    'NOCO_URL',
    'NC_URL',
    'NC_API_URL',
    'NC_PUBLIC_URL',
  ],
  NOCODB_TABLE_ID: ['NOCODB_TABLE', 'NOCODB_TABLE_NAME', 'NOCO_TABLE_ID', 'NC_TABLE_ID', 'NC_TABLE'],
  NOCODB_PAID_VALUES: ['NOCODB_PAID_VALUE'],
};

const TABLE_ID_PATTERN = /^[A-Za-z0-9_-]+$/;

const WHERE_TABLE_ID_IS =
  'the id begins with m and stands in the address bar when the table is open, as in …/dashboard/#/nc/<base id>/<table id>';

/**
 * Reads the NocoDB settings from variables. Blank ones count as absent; names that nobody reads are ignored unless they
 * look like a slip.
 *
 * @param input the variables, `process.env` as a rule
 * @throws {SettingsError} with every fault at once
 * @example parseNocoDbSettings({ NOCODB_API_URL: 'https://noco.example/dashboard/', NOCODB_TABLE_ID: 'mq13l0ec25f9v23' })
 * // { apiUrl: 'https://noco.example', tableId: 'mq13l0ec25f9v23', idField: 'Id', paidField: 'Paid' }
 */
export function parseNocoDbSettings(input: Readonly<Record<string, string | undefined>>): NocoDbSettings {
  const faults: string[] = [];
  const names = NOCODB_VARIABLES;
  const read = (name: string): string | undefined => input[name]?.trim() || undefined;

  const url = parseUrl(read(names.apiUrl), faults, slipFor(names.apiUrl, input));
  const tableId = parseTableId(read(names.tableId) ?? url?.tableId, faults, slipFor(names.tableId, input));
  const field = (name: string): string | undefined => {
    const value = read(name);
    const slip = slipFor(name, input);
    if (value === undefined && slip !== undefined) faults.push(`${slip} is set, but ${name} is what is read`);
    const fault = value === undefined ? undefined : faultOfFieldName(value);
    if (fault !== undefined) faults.push(`${name} ${JSON.stringify(value)} ${fault}`);
    return value;
  };
  const idField = field(names.idField) ?? DEFAULT_ID_FIELD;
  const paidField = field(names.paidField) ?? DEFAULT_PAID_FIELD;
  const paidValues = parsePaidValues(read(names.paidValues), faults, slipFor(names.paidValues, input));
  const ownerField = field(names.ownerField);

  if (faults.length > 0 || url === undefined || tableId === undefined) throw new SettingsError(faults);
  return {
    apiUrl: url.apiUrl,
    tableId,
    idField,
    paidField,
    ...(paidValues === undefined ? {} : { paidValues }),
    ...(ownerField === undefined ? {} : { ownerField }),
  };
}

function parseUrl(value: string | undefined, faults: string[], slip: string | undefined) {
  const name = NOCODB_VARIABLES.apiUrl;
  if (value === undefined) {
    faults.push(
      `${name} is missing: set it to the address of NocoDB, as in https://nocodb.example.com${meant(slip, name)}`,
    );
    return undefined;
  }
  const result = normalizeApiUrl(value);
  if ('fault' in result) {
    faults.push(`${name} ${result.fault}`);
    return undefined;
  }
  return result;
}

function parseTableId(
  value: string | undefined,
  faults: string[],
  slip: string | undefined,
): string | undefined {
  const name = NOCODB_VARIABLES.tableId;
  if (value === undefined) {
    faults.push(`${name} is missing: ${WHERE_TABLE_ID_IS}${meant(slip, name)}`);
  } else if (!TABLE_ID_PATTERN.test(value)) {
    faults.push(
      `${name} ${JSON.stringify(value)} is not a table id, maybe the table's title: ${WHERE_TABLE_ID_IS}`,
    );
  }
  return value;
}

function parsePaidValues(value: string | undefined, faults: string[], slip: string | undefined) {
  const name = NOCODB_VARIABLES.paidValues;
  if (value === undefined) {
    if (slip !== undefined) faults.push(`${slip} is set, but ${name} is what is read`);
    return undefined;
  }
  const values = [...new Set(value.split(',').map((part) => part.trim()))].filter((part) => part !== '');
  if (values.length === 0)
    faults.push(`${name} holds no value: separate them by commas, as in Paid,Succeeded`);
  for (const part of values) {
    const fault = faultOfPaidValue(part);
    if (fault !== undefined) faults.push(`${name} ${JSON.stringify(part)} ${fault}`);
  }
  return values;
}

/** The variable that was probably meant to be `name`, unless `name` itself is set. */
function slipFor(name: string, input: Readonly<Record<string, string | undefined>>): string | undefined {
  if (input[name]?.trim()) return undefined;
  const known: readonly string[] = Object.values(NOCODB_VARIABLES);
  const unread = Object.keys(input).filter((key) => !known.includes(key) && input[key]?.trim());
  return nearMiss(name, unread, ALIASES[name]);
}

function meant(slip: string | undefined, name: string): string {
  return slip === undefined ? '' : ` (${slip} is set; did you mean ${name}?)`;
}
