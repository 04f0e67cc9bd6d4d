import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from '../../../infra/local/emulator/emulator.ts';
import { findPython } from '../../../infra/local/emulator/python.ts';
import { installOnce } from '../../../infra/local/emulator/python-environment.ts';
import { runCommand } from '../../../infra/local/process/run-command.ts';

const REQUIREMENTS = join(import.meta.dirname, '../../../lambda/bot/telegram/requirements.txt');

/** Installs what bots in Python need into a virtual environment that git ignores, once. @returns its python */
export function installPythonPackages(): Promise<string> {
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  return installOnce(
    {
      title: 'python-telegram-bot and boto3',
      description: 'for bots in Python',
      home: join(CACHE, `python-bots-${version}`),
      requirements: REQUIREMENTS,
      probe: 'import boto3, telegram',
      findPython: () => findPython(runCommand),
      megabytes: 100,
    },
    { run: runCommand, report: console.log },
  );
}
