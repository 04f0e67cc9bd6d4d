import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installMiniStack, pinnedVersion } from '../../../infra/local/emulator/install.ts';
import type { ProcessCommand, RunCommand } from '../../../infra/local/process/run-command.ts';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'install-test-'));
});
afterEach(() => rm(cache, { recursive: true }));

/** What a command is about: `venv`, `pip`, `import` (of MiniStack) or `python` (whether there is one). */
function purpose({ args }: ProcessCommand): string {
  if (args.includes('--version') || args.includes('import ensurepip, venv')) return 'python';
  return ['venv', 'pip'].find((name) => args.includes(name)) ?? 'import';
}

/** A machine with Python, on which pip really leaves a file behind; `answers` replaces what a command does. */
function machine(answers: Record<string, { code: number; output: string }> = {}) {
  const commands: string[] = [];
  const run: RunCommand = async (command) => {
    const about = purpose(command);
    commands.push(about);
    const answer = answers[about];
    if (answer !== undefined) return answer;
    const environment = about === 'venv' ? (command.args.at(-1) ?? '') : join(command.file, '../..');
    if (about === 'python') return { code: 0, output: 'Python 3.12.0' };
    if (about === 'venv') await mkdir(environment);
    if (about === 'pip') await writeFile(join(environment, 'complete'), '');
    return { code: about === 'import' && !existsSync(join(environment, 'complete')) ? 1 : 0, output: '' };
  };
  return { run, commands };
}

async function install(run: RunCommand): Promise<string> {
  return installMiniStack(cache, { run, report: () => {} });
}

test('MiniStack is installed once and found the next time', async () => {
  const { run, commands } = machine();

  const first = await install(run);
  const installing = commands.splice(0);
  const second = await install(run);

  expect(installing).toContain('pip');
  expect(commands).toEqual(['import']);
  expect(second).toBe(first);
  expect(first).toBe(join(cache, `ministack-${await pinnedVersion()}`, 'bin', 'python'));
});

test('two installations at the same time leave one complete folder and nothing else', async () => {
  const { run } = machine();

  const [one, other] = await Promise.all([install(run), install(run)]);

  expect(one).toBe(other);
  expect(await readdir(cache)).toEqual([`ministack-${await pinnedVersion()}`]);
});

test('an installation that broke, as an upgrade of Python does it, is replaced', async () => {
  const { run } = machine();
  const python = await install(run);
  await rm(join(python, '../../complete'));

  await install(run);

  expect(existsSync(join(python, '../../complete'))).toBe(true);
});

test.each([
  ['venv', 'Error: [Errno 28] No space left on device', /No space left on device.*disk/],
  [
    'pip',
    'WARNING: retrying\nERROR: No matching distribution found',
    /ERROR: No matching distribution found.*network/,
  ],
])(
  'when %s fails with "%s", one line gives a hint and nothing is left behind',
  async (about, output, expected) => {
    const { run } = machine({ [about]: { code: 1, output } });

    const failure = install(run);

    await expect(failure).rejects.toThrow(expected);
    await expect(failure).rejects.not.toThrow(/\n/);
    expect(await readdir(cache)).toEqual([]);
  },
);
