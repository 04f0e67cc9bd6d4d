import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsEnvironment } from '../../../infra/local/emulator/aws-environment.ts';
import { runCommand } from '../../../infra/local/process/run-command.ts';
import { installPythonPackages } from './python.ts';

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
  const python = await installPythonPackages();
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
