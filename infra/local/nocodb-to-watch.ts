import { parseTrackerSettings } from '../../lambda/environment/tracker-settings.ts';
import { checkNocoDb } from './check-nocodb.ts';
import { type DemoNocoDb, startDemoNocoDb } from './demo-nocodb/demo-nocodb.ts';
import { freePort } from './emulator/port.ts';
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
    port: await freePort(PREFERRED_DEMO_PORT),
    // On Linux, containers do not reach what listens on the loopback only.
    host: containers ? '0.0.0.0' : '127.0.0.1',
  });
  started.defer(() => demo.close());
  return { url: demo.url, tableId: demo.tableId, token: demo.token, demo };
}
