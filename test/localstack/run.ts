import { once } from 'node:events';
import { DEFAULT_PORT } from '../../infra/local/emulator/emulator.ts';
import { StartError } from '../../infra/local/errors/start-error.ts';
import { startLocalStack } from './start.ts';

/** Runs LocalStack until Ctrl-C: `npm run localstack`. */
async function main(end: AbortSignal): Promise<void> {
  const { endpoint, ended, stop } = await startLocalStack({
    name: 'run',
    preferredPort: DEFAULT_PORT,
    report: console.log,
    signal: end,
  });
  console.log(`LocalStack listens on ${endpoint}; Ctrl-C ends it`);
  const how = await Promise.race([ended, end.aborted ? undefined : once(end, 'abort')]);
  await stop();
  if (!end.aborted) throw new StartError(`LocalStack ended with ${how}`, 'Start it again.');
}

const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end.abort());
await main(end.signal).catch((error: unknown) => {
  if (end.signal.aborted) return;
  process.exitCode = 1;
  console.error(error instanceof StartError ? error.message : error);
});
