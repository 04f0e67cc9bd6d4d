import { asList, asObject } from '../../../lambda/nocodb/transport/shape.ts';
import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';

/** Bases looked into: each is a request. */
const MOST_BASES = 10;

/**
 * The tables that the token sees, as `Payments (mq13l0ec25f9v23)`, in the first of the bases that it sees.
 *
 * @throws {TrackerError}
 */
export async function visibleTables(nocodb: NocoDbAccess): Promise<readonly string[]> {
  const tables: string[] = [];
  for (const { id } of (await list(nocodb, 'list the bases', '/api/v2/meta/bases')).slice(0, MOST_BASES)) {
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
  return nocodb.send({
    operation,
    method: 'GET',
    path,
    repeatable: true,
    read: (answer) => {
      const entries = asList(asObject(answer, 'the answer').list, 'the list');
      const value = entries.map((entry) => {
        const { id, title } = asObject(entry, 'an entry');
        return { id: String(id), title: String(title) };
      });
      return { value, records: 0 };
    },
  });
}
