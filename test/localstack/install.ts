import { globSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findPython, type WantedPython } from '../../infra/local/emulator/python.ts';
import { type InstallOptions, installOnce } from '../../infra/local/emulator/python-environment.ts';
import { findJdk } from './libraries/jdk.ts';
import { installLibraries } from './libraries/libraries.ts';

/** The last release of LocalStack that runs without an account. */
export const LOCALSTACK_VERSION = '4.14.0';

const PYTHON: WantedPython = {
  need: `LocalStack ${LOCALSTACK_VERSION} needs Python 3.13`,
  // pyenv has versions that are not on the PATH.
  names: ['python3.13', ...pyenvPythons('3.13'), 'python3'],
  accepts: ({ major, minor }) => major === 3 && minor === 13,
  hint: 'Install it (Debian 13, Ubuntu 25: apt install python3.13 python3.13-venv; pyenv install 3.13)',
};

/** An installed LocalStack. */
export interface LocalStackInstallation {
  readonly python: string;
  /** The folder of the programs that it would otherwise download. */
  readonly libraries: string;
  /** The folder of the Java that runs these programs. */
  readonly jdk: string;
}

/**
 * Installs LocalStack without Docker, once.
 *
 * @param cache a folder that git ignores; LocalStack is installed in its subfolder `localstack-<version>`
 * @throws {StartError} if something that it needs is missing or cannot be downloaded
 */
export async function installLocalStack(
  cache: string,
  options: InstallOptions,
): Promise<LocalStackInstallation> {
  const { run } = options;
  const home = join(cache, `localstack-${LOCALSTACK_VERSION}`);
  const jdk = await findJdk(run);
  const python = await installOnce(
    {
      title: `LocalStack ${LOCALSTACK_VERSION}`,
      description: '700 MB, two minutes',
      home,
      requirements: join(import.meta.dirname, 'requirements.txt'),
      probe: 'import localstack.version',
      findPython: () => findPython(run, PYTHON),
      complete: (folder) => installLibraries(librariesIn(folder), run),
      megabytes: 700,
    },
    options,
  );
  return { python, libraries: librariesIn(home), jdk };
}

function librariesIn(folder: string): string {
  return join(folder, 'libraries');
}

function pyenvPythons(version: string): string[] {
  const root = process.env.PYENV_ROOT ?? join(homedir(), '.pyenv');
  return globSync(join(root, 'versions', `${version}*`, 'bin/python3'));
}
