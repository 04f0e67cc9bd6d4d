import getPort from 'get-port';
import { createRecordSource } from '../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../lambda/nocodb/token.ts';
import { isLoopback } from '../../lambda/settings/api-url.ts';
import { type NocoDbSettings, parseTrackerSettings } from '../../lambda/settings/tracker-settings.ts';
import { systemClock } from '../../lambda/tracker/clock.ts';
import { TrackerError } from '../../lambda/tracker/errors.ts';
import { type DemoNocoDb, startDemoNocoDb } from './demo-nocodb/demo-nocodb.ts';
import { StartError } from './start-error.ts';
import type { StartSettings } from './start-settings.ts';

const PREFERRED_DEMO_PORT = 8085;

/** The NocoDB whose payments are watched. */
export interface NocoDbToWatch {
  /** As this machine reaches it. */
  readonly url: string;
  readonly tableId: string;
  readonly token: string;
  /** There is one unless a real NocoDB is configured. */
  readonly demo?: DemoNocoDb;
}

/**
 * The configured NocoDB, checked, or else a new demo NocoDB.
 *
 * @param containers whether Lambdas run in containers, which reach this machine through a network of their own
 * @param started takes what has to be stopped
 * @throws {StartError} when the configured NocoDB cannot be watched
 */
export async function nocoDbToWatch(
  { token, variables }: StartSettings,
  containers: boolean,
  started: AsyncDisposableStack,
): Promise<NocoDbToWatch> {
  if (token !== undefined) {
    const { nocodb } = parseTrackerSettings(variables);
    await checkNocoDb(nocodb, token);
    return { url: nocodb.apiUrl, tableId: nocodb.tableId, token };
  }
  const demo = await startDemoNocoDb({
    port: await getPort({ host: '127.0.0.1', port: PREFERRED_DEMO_PORT }),
    // On Linux, containers do not reach what listens on the loopback only.
    host: containers ? '0.0.0.0' : '127.0.0.1',
  });
  started.defer(() => demo.close());
  return { url: demo.url, tableId: demo.tableId, token: demo.token, demo };
}

const TIMEOUT_MS = 5000;

/**
 * Asks NocoDB one question as a tick would, so that a wrong address, token, table or field shows before anything is
 * deployed.
 *
 * @throws {StartError} with what NocoDB refused and a hint
 */
export async function checkNocoDb(settings: NocoDbSettings, token: string): Promise<void> {
  const source = createRecordSource(settings, {
    token: fixedToken(token),
    clock: systemClock,
    random: Math.random,
  });
  const query = { recordIds: [], want: 'paid', offset: 0, limit: 1 } as const;
  try {
    await source.list(query, { deadline: systemClock.now() + TIMEOUT_MS, report: () => {} });
  } catch (error) {
    if (!(error instanceof TrackerError)) throw error;
    throw new StartError(`NocoDB cannot be watched [${error.target}]: ${error.problem}`, error.hint, error);
  }
}

/** What Docker calls the machine that containers run on. */
const HOST_OF_CONTAINERS = 'host.docker.internal';

/**
 * The URL under which a Lambda reaches what this machine reaches under `url`.
 *
 * @param containers whether Lambdas run in containers, as LocalStack's do: their loopback is their own
 */
export function urlForLambdas(url: string, containers: boolean): string {
  if (!containers || !isLoopback(url)) return url;
  const address = new URL(url);
  address.hostname = HOST_OF_CONTAINERS;
  return address.href.replace(/\/$/, '');
}
