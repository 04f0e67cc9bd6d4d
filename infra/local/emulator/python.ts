import type { RunCommand } from '../run-command.ts';
import { StartError } from '../start-error.ts';

/** MiniStack's own requirement, from its package metadata. */
const OLDEST = { major: 3, minor: 10 } as const;

/** Newest first; the bare names last, because they may be anything, Python 2 included. */
export const PYTHON_NAMES = [
  'python3.14',
  'python3.13',
  'python3.12',
  'python3.11',
  'python3.10',
  'python3',
  'python',
] as const;

/** Debian packs these apart from Python. */
const VENV_MODULES = 'import ensurepip, venv';

const OR_ELSE = 'or set AWS_ENDPOINT_URL to a running LocalStack.';

/**
 * The command of a Python that can run the emulator and make it a virtual environment.
 *
 * Each name is run, not only looked up: pyenv puts names on the PATH that answer "command not found".
 *
 * @throws {StartError} when there is none
 */
export async function findPython(run: RunCommand, names: readonly string[] = PYTHON_NAMES): Promise<string> {
  const tooOld: string[] = [];
  const withoutVenv: string[] = [];
  for (const name of names) {
    const version = await versionOf(name, run);
    if (version === undefined) continue;
    if (version.major !== OLDEST.major || version.minor < OLDEST.minor) {
      tooOld.push(`${name} is ${version.major}.${version.minor}`);
      continue;
    }
    const { code } = await run({ file: name, args: ['-c', VENV_MODULES] });
    if (code === 0) return name;
    withoutVenv.push(name);
  }
  if (withoutVenv.length > 0) {
    throw new StartError(
      `${withoutVenv.join(' and ')} cannot make virtual environments: the venv module is not installed`,
      `Install it (Debian, Ubuntu: apt install python3-venv), ${OR_ELSE}`,
    );
  }
  throw new StartError(
    `The local cloud needs Python ${OLDEST.major}.${OLDEST.minor} or newer, and there is none on the PATH${
      tooOld.length > 0 ? ` (${tooOld.join(', ')})` : ''
    }`,
    `Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), ${OR_ELSE}`,
  );
}

async function versionOf(
  name: string,
  run: RunCommand,
): Promise<{ major: number; minor: number } | undefined> {
  const { code, output } = await run({ file: name, args: ['--version'] });
  const [, major, minor] = /^Python (\d+)\.(\d+)/m.exec(output) ?? [];
  return code === 0 && major !== undefined ? { major: Number(major), minor: Number(minor) } : undefined;
}
