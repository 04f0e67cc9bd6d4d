import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { reportFailure } from './errors/start-error.ts';
import { formatLogLine } from './log/follow-log.ts';
import { runLocally } from './run-locally.ts';
import { parseStartSettings, START_HELP } from './start-settings.ts';

const ENV_FILE = join(import.meta.dirname, '../../.env');

/** Runs the tracker on this machine until Ctrl-C. Prints a StartError as one line. */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.log(START_HELP);
  // The file does not overwrite variables that are set in the environment.
  if (existsSync(ENV_FILE)) process.loadEnvFile(ENV_FILE);
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end.abort(signal));
  const started = new AsyncDisposableStack();
  try {
    await runLocally(parseStartSettings(args, process.env), {
      say,
      end: end.signal,
      started,
    });
  } catch (error) {
    if (!end.signal.aborted) reportFailure(error);
  }
  const isRequested = end.signal.aborted;
  if (isRequested) say(`stopping (${end.signal.reason})`);
  end.abort();
  try {
    await started.disposeAsync();
  } catch (error) {
    reportFailure(error);
  }
  if (isRequested) say('stopped');
}

function say(text: string, at: number = Date.now()): void {
  console.log(formatLogLine({ at, text }));
}

await main(process.argv.slice(2));
