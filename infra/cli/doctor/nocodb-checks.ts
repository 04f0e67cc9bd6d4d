import type { TableDescription } from '../../../lambda/nocodb/dialect.ts';
import { findChangeFields } from '../../../lambda/nocodb/fields.ts';
import { asObject } from '../../../lambda/nocodb/read-response.ts';
import {
  BulkListUnsupportedError,
  ChangesUnsupportedError,
  TableNotFoundError,
} from '../../../lambda/tracker/errors.ts';
import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';
import { checkApi } from './check-api.ts';
import { checkFields } from './check-fields.ts';
import type { Check, Finding } from './checks.ts';
import { visibleTables } from './visible-tables.ts';

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
  let table: TableDescription;
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
        // Something that every user may read, so that only the token can be refused.
        await nocodb.ask(({ version, metaPath }) =>
          nocodb.send(
            {
              operation: 'check the token',
              method: 'GET',
              path: version === 'v2' ? `${metaPath}/bases` : metaPath,
              repeatable: true,
            },
            (json) => asObject(json, 'the answer'),
          ),
        );
        return ok('NocoDB accepts it');
      },
    },
    {
      title: 'Table',
      async run() {
        try {
          table = await nocodb.table();
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
        return ok(`it is there, with ${table.fields.length} fields`);
      },
    },
    { title: 'API', run: () => checkApi(nocodb, table) },
    { title: 'Fields', run: async () => checkFields(nocodb.settings, table.fields) },
    {
      title: 'Records',
      async run() {
        await nocodb.turn();
        await nocodb.source.list(PROBE, nocodb.context());
        return ok('the token may read them');
      },
    },
    { title: 'Bulk lists', run: () => checkBulkLists(nocodb) },
    { title: 'Changes', run: () => checkChanges(nocodb, table) },
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
        hint: 'NocoDB 0.262 and later has them in its API v2; look at the version, and at what a proxy before it lets through',
      },
    ];
  }
}

/** Checks whether the table keeps when its records change, which ticks ask for when a sweep takes several of them. */
async function checkChanges(nocodb: NocoDbAccess, table: TableDescription): Promise<readonly Finding[]> {
  const { context, source, turn } = nocodb;
  try {
    if (table.version === 'v3') {
      await turn();
      await source.listChanged({ since: context().deadline, limit: 1 }, context());
    } else if (findChangeFields(table) === undefined) return [CHANGES_ARE_NOT_KEPT];
    return ok('the table keeps when its records change');
  } catch (error) {
    if (!(error instanceof ChangesUnsupportedError)) throw error;
    return [CHANGES_ARE_NOT_KEPT];
  }
}

const CHANGES_ARE_NOT_KEPT: Finding = {
  outcome: 'note',
  text: 'the table does not keep when its records change: it has no field of the type LastModifiedTime',
  hint: 'Up to 20,000 pending payments this does not matter, in API v3 up to 2,000. With more, a payment is confirmed only when the sweep asks for it; add such a field in NocoDB to confirm it sooner',
};

function ok(text: string): readonly Finding[] {
  return [{ outcome: 'ok', text }];
}
