import { StartError } from '../errors/start-error.ts';
import type { RunCommand } from '../process/run-command.ts';

export interface PythonVersion {
  readonly major: number;
  readonly minor: number;
}

/** The Python to find, and the words of the error if there is none. */
export interface WantedPython {
  /** `The local cloud needs Python 3.10 or newer` */
  readonly need: string;
  /** Commands to try, best first. */
  readonly names: readonly string[];
  readonly accepts: (version: PythonVersion) => boolean;
  /** How to get it: `Install one (…)`, without a full stop. */
  readonly hint: string;
  /** An alternative to installing it: `or set …`. */
  readonly orElse?: string;
}

/** The requirement of MiniStack, from its package metadata. */
const FOR_MINISTACK: WantedPython = {
  need: 'The local cloud needs Python 3.10 or newer',
  // Newest first. The names without a version come last: they can be any version, also Python 2.
  names: ['python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3', 'python'],
  accepts: ({ major, minor }) => major === 3 && minor >= 10,
  hint: 'Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python)',
  orElse: 'or set AWS_ENDPOINT_URL to a running LocalStack',
};

/** Debian has packages of their own for these. */
const VENV_MODULES = 'import ensurepip, venv';

/**
 * The command of a Python that can make a virtual environment, by default one that can run MiniStack.
 *
 * Runs each name instead of only looking it up: pyenv puts names on the PATH that answer "command not found".
 *
 * @throws {StartError} if there is none
 */
export async function findPython(run: RunCommand, wanted: WantedPython = FOR_MINISTACK): Promise<string> {
  const { need, names, accepts, hint, orElse } = wanted;
  const unfit: string[] = [];
  const withoutVenv: string[] = [];
  for (const name of names) {
    const version = await versionOf(name, run);
    if (version === undefined) continue;
    if (!accepts(version)) {
      unfit.push(`${name} is ${version.major}.${version.minor}`);
      continue;
    }
    const { code } = await run({ file: name, args: ['-c', VENV_MODULES] });
    if (code === 0) return name;
    withoutVenv.push(name);
  }
  const end = orElse === undefined ? '.' : `, ${orElse}.`;
  if (withoutVenv.length > 0) {
    throw new StartError(
      `${withoutVenv.join(' and ')} cannot make virtual environments: the venv module is not installed`,
      `Install it (Debian, Ubuntu: apt install python3-venv)${end}`,
    );
  }
  const present = unfit.length > 0 ? ` (${unfit.join(', ')})` : '';
  throw new StartError(`${need}, and there is none on the PATH${present}`, `${hint}${end}`);
}

async function versionOf(name: string, run: RunCommand): Promise<PythonVersion | undefined> {
  const { code, output } = await run({ file: name, args: ['--version'] });
  const [, major, minor] = /^Python (\d+)\.(\d+)/m.exec(output) ?? [];
  return code === 0 && major !== undefined ? { major: Number(major), minor: Number(minor) } : undefined;
}
