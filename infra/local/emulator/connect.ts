import { StartError } from '../errors/start-error.ts';
import { awsEnvironment } from './aws-environment.ts';
import type { Emulator } from './emulator.ts';

/** The edition in MiniStack's health. LocalStack's is `community`, `pro` or, outside its image, `unknown`. */
const MINISTACK_EDITION = 'light';

/** The answer of LocalStack's health path, which MiniStack has too. */
interface Health {
  readonly edition?: unknown;
  readonly version?: unknown;
}

/**
 * Connects to a running emulator.
 *
 * @throws {StartError} if there is none
 */
export async function connectTo(address: string): Promise<Emulator> {
  const endpoint = address.replace(/\/+$/, '');
  const { edition, version } = await readHealth(endpoint);
  const isMiniStack = edition === MINISTACK_EDITION;
  return {
    endpoint,
    env: awsEnvironment(endpoint),
    description: `${isMiniStack ? 'MiniStack' : 'LocalStack'} ${version ?? '(no version)'} on ${endpoint}, which goes on when this ends`,
    ours: false,
    // MiniStack runs Lambda functions as processes of its host.
    containers: !isMiniStack,
    lost: new Promise(() => {}),
    stop: async () => {},
  };
}

async function readHealth(endpoint: string): Promise<Health> {
  try {
    const response = await fetch(`${endpoint}/_localstack/health`, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()) as Health;
  } catch (cause) {
    throw new StartError(
      `AWS_ENDPOINT_URL is ${endpoint}, but nothing that speaks LocalStack's API answers there`,
      'Start it (docker compose -f infra/local/compose.yaml up), or unset AWS_ENDPOINT_URL to use the emulator that npm start brings along.',
      cause,
    );
  }
}
