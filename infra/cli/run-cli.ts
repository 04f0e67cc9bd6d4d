import { existsSync } from 'node:fs';
import { Agent } from 'undici';
import packageJson from '../../package.json' with { type: 'json' };
import { awsEnvironment } from '../local/emulator/aws-environment.ts';
import { COMMANDS } from './commands/index.ts';
import { createContext } from './context.ts';
import { main } from './main.ts';
import { terminalOn } from './terminal.ts';

if (existsSync('.env')) process.loadEnvFile('.env');

// Whoever reads the output (head, less) has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const out = terminalOn(process.stdout, process.env);
const err = terminalOn(process.stderr, process.env);
const dispatcher = new Agent();

/** The second Ctrl-C ends the process as usual. */
function catchInterrupt(): AbortSignal {
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  return interruption.signal;
}

/** The AWS SDK reads its variables by itself; a profile would win over the emulator's credentials. */
function useEmulator(endpoint: string): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, awsEnvironment(endpoint));
}

process.exitCode = await main(process.argv.slice(2), {
  commands: COMMANDS,
  out,
  err,
  version: packageJson.version,
  createContext(common) {
    if (common.endpoint !== undefined) useEmulator(common.endpoint);
    return createContext(common, { out, err, env: process.env, catchInterrupt, dispatcher });
  },
});
await dispatcher.close();
