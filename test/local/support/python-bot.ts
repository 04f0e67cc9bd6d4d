import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsEnvironment } from '../../../infra/local/emulator/aws-environment.ts';
import { CACHE } from '../../../infra/local/emulator/emulator.ts';
import { findPython } from '../../../infra/local/emulator/python.ts';
import { runCommand } from '../../../infra/local/process/run-command.ts';

/** What `pip` installs for the bot. */
const BOTO3 = 'boto3==1.44.5';

/** Calls a function of the module `bot` with the arguments in the second line of JSON, and prints what it returned. */
const DRIVER = `
import json, sys
import bot
print(json.dumps(getattr(bot, sys.argv[1])(*json.loads(sys.argv[2]))))
`;

/** A module of Python code, whose functions can be called. */
export interface PythonBot {
  /** @throws {Error} with Python's traceback */
  call(name: string, ...args: unknown[]): Promise<unknown>;
  remove(): Promise<void>;
}

/** Makes a bot of Python source code, with boto3 pointed to an emulator. */
export async function openPythonBot(
  source: string,
  {
    endpoint,
    variables,
  }: { readonly endpoint: string; readonly variables: Readonly<Record<string, string>> },
): Promise<PythonBot> {
  const python = await installBoto3();
  const folder = await mkdtemp(join(tmpdir(), 'python-bot-'));
  await writeFile(join(folder, 'bot.py'), source);
  const env = { PATH: process.env.PATH, ...awsEnvironment(endpoint), ...variables };
  return {
    async call(name, ...args) {
      const { code, output } = await runCommand({
        file: python,
        args: ['-c', DRIVER, name, JSON.stringify(args)],
        cwd: folder,
        env,
      });
      if (code !== 0) throw new Error(`${name} failed:\n${output}`);
      return JSON.parse(output);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Installs boto3 into a virtual environment that git ignores, once. @returns its python */
export async function installBoto3(): Promise<string> {
  const home = join(CACHE, `python-${BOTO3.replace('==', '-')}`);
  const python = join(home, 'bin/python');
  if (existsSync(python)) return python;
  // Complete before it has its name: an installation that was interrupted is never taken for one.
  const unfinished = `${home}.${randomUUID()}`;
  await mkdir(CACHE, { recursive: true });
  await succeed(await findPython(runCommand), '-m', 'venv', unfinished);
  await succeed(join(unfinished, 'bin/python'), '-m', 'pip', 'install', '--quiet', BOTO3);
  await rename(unfinished, home);
  return python;
}

async function succeed(file: string, ...args: string[]): Promise<void> {
  const { code, output } = await runCommand({ file, args });
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} failed:\n${output}`);
}
