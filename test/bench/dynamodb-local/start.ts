import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { installDynamoDbLocal } from './install.ts';

const LOOPBACK = '127.0.0.1';
const READY_TIMEOUT_MS = 60_000;
const MAIN_CLASS = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';

/** Runs a command until standard input ends: the server also ends when the bench is killed. */
const RUN_UNTIL_INPUT_ENDS = '"$@" & cat; kill $!; wait $!';

/** AWS's own engine of DynamoDB, with its tables in memory. */
export interface DynamoDbLocal {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * Installs DynamoDB Local (once) and starts it without tables on a free port of the loopback address.
 *
 * @param report tells a person what takes time
 * @returns `undefined` where there is no Java or no Maven
 * @throws {Error} when it is not ready within 60 s
 */
export async function startDynamoDbLocal(
  report: (progress: string) => void,
): Promise<DynamoDbLocal | undefined> {
  const folder = await installDynamoDbLocal(report);
  if (folder === undefined) return undefined;
  const port = await getPort({ host: LOOPBACK });
  const classes = ['-cp', join(folder, '*'), MAIN_CLASS];
  const server = ['-inMemory', '-sharedDb', '-port', String(port)];
  const java = ['java', ...classes, ...server];
  const child = spawn('sh', ['-c', RUN_UNTIL_INPUT_ENDS, 'sh', ...java], {
    // It writes a file about its installation into its working directory.
    cwd: folder,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exit = once(child, 'exit');
  const stop = async () => {
    child.stdin.end();
    await exit;
  };
  const endpoint = `http://${LOOPBACK}:${port}`;
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await answers(endpoint))) {
    if (performance.now() > deadline) {
      await stop();
      throw new Error(`DynamoDB Local was not ready within ${READY_TIMEOUT_MS / 1000} s`);
    }
    await sleep(200);
  }
  return { endpoint, stop };
}

/** Any answer will do: a request without a signature gets an error. */
async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint);
    return true;
  } catch {
    return false;
  }
}
