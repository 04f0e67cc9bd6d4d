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

/**
 * The command of a Python that can run the emulator.
 *
 * Each name is run, not only looked up: pyenv puts names on the PATH that answer "command not found".
 *
 * @throws {StartError} when there is none
 */
export async function findPython(run: RunCommand, names: readonly string[] = PYTHON_NAMES): Promise<string> {
  const tooOld: string[] = [];
  for (const name of names) {
    const { code, output } = await run({ file: name, args: ['--version'] });
    const version = /^Python (\d+)\.(\d+)/m.exec(output);
    if (code !== 0 || version === null) continue;
    const [major, minor] = [Number(version[1]), Number(version[2])];
    if (major === OLDEST.major && minor >= OLDEST.minor) return name;
    tooOld.push(`${name} is ${major}.${minor}`);
  }
  throw new StartError(
    `The local cloud needs Python ${OLDEST.major}.${OLDEST.minor} or newer, and there is none on the PATH${
      tooOld.length > 0 ? ` (${tooOld.join(', ')})` : ''
    }`,
    'Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), or set AWS_ENDPOINT_URL to a running LocalStack.',
  );
}
