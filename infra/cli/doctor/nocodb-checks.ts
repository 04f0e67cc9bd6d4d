import type { TableField } from '../../../lambda/nocodb/fields.ts';
import { asList, asObject } from '../../../lambda/nocodb/read-response.ts';
import { BulkListUnsupportedError, TableNotFoundError } from '../../../lambda/tracker/errors.ts';
import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';
import { checkChanges, checkFields } from './check-fields.ts';
import type { Check, Finding } from './checks.ts';

/** The smallest query: only whether NocoDB answers matters. */
const PROBE = { recordIds: [], want: 'paid', limit: 1 } as const;

/**
 * Everything that ticks need: first the settings, then NocoDB from the outside to the inside. NocoDB is asked through the
 * code that ticks use.
 *
 * @param open called by the first check
 */
export function nocoDbChecks(open: (options: { readonly examine: true }) => NocoDbAccess): readonly Check[] {
  let nocodb: NocoDbAccess;
  let fields: readonly TableField[];
  return [
    {
      title: 'Settings',
      async run() {
        nocodb = open({ examine: true });
        const { apiUrl, tableId, paidField, paidValues } = nocodb.settings;
        const paid = paidValues === undefined ? 'is ticked' : `is ${paidValues.join(' or ')}`;
        return ok(`NocoDB on ${apiUrl}, table ${tableId}; paid means: "${paidField}" ${paid}`);
      },
    },
    {
      title: 'Connection',
      async run() {
        await nocodb.send(
          { operation: 'ask for the health', method: 'GET', path: '/api/v1/health', repeatable: true },
          (json) => asObject(json, 'the answer'),
        );
        return ok('NocoDB answers');
      },
    },
    {
      title: 'Token',
      async run() {
        await nocodb.send(
          { operation: 'list the bases', method: 'GET', path: '/api/v2/meta/bases', repeatable: true },
          (json) => asList(asObject(json, 'the answer').list, 'the list'),
        );
        return ok('NocoDB accepts it');
      },
    },
    {
      title: 'Table',
      async run() {
        try {
          fields = await nocodb.tableFields();
        } catch (error) {
          if (!(error instanceof TableNotFoundError)) throw error;
          const tables = await visibleTables(nocodb);
          return [
            {
              outcome: 'fault',
              text: `there is no table ${nocodb.settings.tableId}`,
              hint: `${error.hint.replace(/\.$/, '')}. The token sees these tables: ${tables.join(', ') || 'none'}`,
            },
          ];
        }
        return ok(`it is there, with ${fields.length} fields`);
      },
    },
    { title: 'Fields', run: async () => checkFields(nocodb.settings, fields) },
    {
      title: 'Records',
      async run() {
        await nocodb.turn();
        await nocodb.source.list(PROBE, nocodb.context());
        return ok('the token may read them');
      },
    },
    { title: 'Bulk lists', run: () => checkBulkLists(nocodb) },
    { title: 'Changes', run: async () => checkChanges(fields) },
  ];
}

async function checkBulkLists(nocodb: NocoDbAccess): Promise<readonly Finding[]> {
  try {
    await nocodb.turn();
    await nocodb.source.listMany([PROBE], nocodb.context());
    return ok('the server has them: up to 20,000 pending payments, a tick is one request');
  } catch (error) {
    if (!(error instanceof BulkListUnsupportedError)) throw error;
    return [
      {
        outcome: 'note',
        text: 'the server has none: above 500 pending payments, a tick asks in several requests',
        hint: 'NocoDB 0.262 and later has them; look at the version, and at what a proxy before it lets through',
      },
    ];
  }
}

function ok(text: string): readonly Finding[] {
  return [{ outcome: 'ok', text }];
}

/** Each base is a request. */
const MAX_BASES = 10;

/**
 * The tables that the token sees, as `Payments (mq13l0ec25f9v23)`, in the first {@link MAX_BASES} bases.
 *
 * @throws {TrackerError}
 */
export async function visibleTables(nocodb: NocoDbAccess): Promise<readonly string[]> {
  const tables: string[] = [];
  for (const { id } of (await list(nocodb, 'list the bases', '/api/v2/meta/bases')).slice(0, MAX_BASES)) {
    const inBase = await list(nocodb, 'list the tables', `/api/v2/meta/bases/${id}/tables`);
    tables.push(...inBase.map((table) => `${table.title} (${table.id})`));
  }
  return tables;
}

interface Named {
  readonly id: string;
  readonly title: string;
}

function list(nocodb: NocoDbAccess, operation: string, path: string): Promise<readonly Named[]> {
  return nocodb.send({ operation, method: 'GET', path, repeatable: true }, (json) =>
    asList(asObject(json, 'the answer').list, 'the list').map((entry) => {
      const { id, title } = asObject(entry, 'an entry');
      return { id: String(id), title: String(title) };
    }),
  );
}
