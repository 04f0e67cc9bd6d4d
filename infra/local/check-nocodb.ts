import { createRecordSource } from '../../lambda/nocodb/record-source.ts';
import type { NocoDbSettings } from '../../lambda/nocodb/settings.ts';
import { fixedToken } from '../../lambda/nocodb/token.ts';
import { systemClock } from '../../lambda/tracker/clock.ts';
import { TrackerError } from '../../lambda/tracker/errors.ts';
import { StartError } from './start-error.ts';

const PATIENCE_MS = 5000;

/**
 * Asks NocoDB one question as a tick would, so that a wrong address, token, table or field shows before anything is
 * deployed.
 *
 * @throws {StartError} with what NocoDB refused and the way out
 */
export async function checkNocoDb(settings: NocoDbSettings, token: string): Promise<void> {
  const source = createRecordSource(settings, {
    token: fixedToken(token),
    clock: systemClock,
    random: Math.random,
  });
  const query = { recordIds: [], want: 'paid', offset: 0, limit: 1 } as const;
  try {
    await source.list(query, { deadline: systemClock.now() + PATIENCE_MS, report: () => {} });
  } catch (error) {
    if (!(error instanceof TrackerError)) throw error;
    throw new StartError(`NocoDB cannot be watched [${error.target}]: ${error.problem}`, error.wayOut, error);
  }
}
