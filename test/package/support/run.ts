import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Room for the list of files that npm prints. */
const MAX_OUTPUT = 16 * 1024 * 1024;

/**
 * Runs a command in a folder, on this Node.
 *
 * @returns its standard output
 * @throws {Error} with everything that it printed, when its exit code is not 0
 */
export async function run(cwd: string, file: string, ...args: string[]): Promise<string> {
  try {
    return (await execute(file, args, { cwd, env: environment(), maxBuffer: MAX_OUTPUT })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Without what `npm test` tells its scripts: another npm would take it for its own settings. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?!config_)|^npm_config_local_prefix$|^NODE_OPTIONS$|^AWS_/.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: `${dirname(process.execPath)}:${process.env.PATH}` };
}
