import type { Dialect } from '../../../lambda/nocodb/dialect.ts';
import { asList, asObject } from '../../../lambda/nocodb/read-response.ts';
import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';

/** Each base is a request. */
const MAX_BASES = 10;

/**
 * The tables that the token sees, as `Payments (mq13l0ec25f9v23)`: in v2 those in the first {@link MAX_BASES} bases, in v3
 * those in the configured base.
 *
 * @throws {TrackerError}
 */
export async function visibleTables(nocodb: NocoDbAccess): Promise<readonly string[]> {
  return nocodb.ask(async (dialect) => {
    const tables: string[] = [];
    for (const path of await pathsOfBases(nocodb, dialect)) {
      const inBase = await list(nocodb, 'list the tables', `${path}/tables`);
      tables.push(...inBase.map((table) => `${table.title} (${table.id})`));
    }
    return tables;
  });
}

async function pathsOfBases(nocodb: NocoDbAccess, { version, metaPath }: Dialect): Promise<string[]> {
  if (version === 'v3') return [metaPath];
  const bases = await list(nocodb, 'list the bases', `${metaPath}/bases`);
  return bases.slice(0, MAX_BASES).map(({ id }) => `${metaPath}/bases/${id}`);
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
