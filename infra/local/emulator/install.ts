import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPython } from './python.ts';
import { type InstallOptions, installOnce } from './python-environment.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

const OR_ELSE = 'or set AWS_ENDPOINT_URL to a running LocalStack';

/** The version of MiniStack that `requirements.txt` pins. */
export async function pinnedVersion(): Promise<string> {
  const version = /^ministack==(\S+)$/m.exec(await readFile(REQUIREMENTS, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${REQUIREMENTS} does not pin ministack`);
  return version;
}

/**
 * Installs MiniStack, once.
 *
 * @param cache a folder that git ignores; MiniStack is installed in its subfolder `ministack-<version>`
 * @returns the path of the Python that can import it
 * @throws {StartError} if there is no Python or no venv module, or if pip fails
 */
export async function installMiniStack(cache: string, options: InstallOptions): Promise<string> {
  const version = await pinnedVersion();
  const environment = {
    title: `MiniStack ${version}`,
    description: 'an emulator of AWS',
    home: join(cache, `ministack-${version}`),
    requirements: REQUIREMENTS,
    probe: 'import ministack',
    findPython: () => findPython(options.run),
    megabytes: 150,
    orElse: OR_ELSE,
  };
  return installOnce(environment, options);
}
