import { StartError } from '../errors/start-error.ts';
import { awsEnvironment } from './aws-environment.ts';
import type { Emulator } from './emulator.ts';

/** What MiniStack calls its edition; LocalStack calls its own `community`, `pro` or, without its image, `unknown`. */
const MINISTACK_EDITION = 'light';

/** LocalStack's health, which MiniStack answers too. */
interface Health {
  readonly edition?: unknown;
  readonly version?: unknown;
}

/**
 * Connects to an emulator that runs already.
 *
 * @throws {StartError} when there is none
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
    // MiniStack's Lambdas are processes of its host.
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
