import type { TableDescription } from '../../../lambda/nocodb/dialect.ts';
import { dialectV3 } from '../../../lambda/nocodb/dialect-v3.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { EndpointNotFoundError } from '../../../lambda/tracker/errors.ts';
import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';
import type { Finding } from './checks.ts';

/** Says which version of NocoDB's API ticks use, and whether the server has v3, which they would use without v2. */
export async function checkApi(
  { settings, send }: NocoDbAccess,
  { version, baseId }: TableDescription,
): Promise<readonly Finding[]> {
  const why = settings.apiVersion === 'auto' ? '' : `, as ${VARIABLES.apiVersion} says`;
  const used = `ticks use ${version}${why}`;
  if (version === 'v3' || baseId === undefined) return ok(used);
  const { tablePath: path, readTable } = dialectV3(settings, baseId);
  try {
    await send({ operation: 'read the table in v3', method: 'GET', path, repeatable: true }, readTable);
    return ok(`${used}; the server has v3 too, where the base is ${baseId}`);
  } catch (error) {
    if (!(error instanceof EndpointNotFoundError)) throw error;
    return ok(`${used}; the server has no v3`);
  }
}

function ok(text: string): readonly Finding[] {
  return [{ outcome: 'ok', text }];
}
