import getPort from 'get-port';
import { createRecordSource } from '../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../lambda/nocodb/token.ts';
import { isLoopback } from '../../lambda/settings/api-url.ts';
import { parseTrackerSettings } from '../../lambda/settings/read-tracker-settings.ts';
import type { NocoDbSettings } from '../../lambda/settings/tracker-settings.ts';
import { systemClock } from '../../lambda/tracker/clock.ts';
import { TrackerError } from '../../lambda/tracker/errors.ts';
import { type DemoNocoDb, startDemoNocoDb } from './demo-nocodb/demo-nocodb.ts';
import { StartError } from './errors/start-error.ts';
import type { StartSettings } from './start-settings.ts';

/** The NocoDB whose payments the local tracker watches. */
export interface NocoDbToWatch {
  /** The address that this machine uses. For Lambda functions, see {@link urlForLambdas}. */
  readonly url: string;
  readonly tableId: string;
  readonly token: string;
  /** Absent if a real NocoDB is configured. */
  readonly demo?: DemoNocoDb;
}

const PREFERRED_DEMO_PORT = 8085;
const TIMEOUT_MS = 5000;

/** The name that Docker gives to the machine on which it runs containers. */
const DOCKER_HOST_NAME = 'host.docker.internal';

/**
 * Checks the configured NocoDB, or starts a demo NocoDB if none is configured.
 *
 * @param containers whether Lambda functions run in containers, which reach this machine only through Docker's network
 * @param started gets the demo NocoDB, to stop it at the end
 * @throws {StartError} if the configured NocoDB does not answer a tick's question
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
    // On Linux, containers cannot reach a server that listens only on the loopback address.
    host: containers ? '0.0.0.0' : '127.0.0.1',
  });
  started.defer(() => demo.close());
  return { url: demo.url, tableId: demo.tableId, token: demo.token, demo };
}

/**
 * Sends NocoDB one request as a tick does, so that a wrong address, token, table or field shows before the deployment.
 *
 * @throws {StartError} with NocoDB's refusal and a hint
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

/**
 * The address that a Lambda function uses for a server which this machine reaches at `url`.
 *
 * @param containers whether Lambda functions run in containers, as in LocalStack. A container has its own loopback
 *   address.
 */
export function urlForLambdas(url: string, containers: boolean): string {
  if (!containers || !isLoopback(url)) return url;
  const address = new URL(url);
  address.hostname = DOCKER_HOST_NAME;
  return address.href.replace(/\/$/, '');
}
