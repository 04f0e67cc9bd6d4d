/**
 * Installs the real NocoDBs of the contract tests: `node test/nocodb/real/install.ts`. Does nothing for one that is already
 * installed.
 *
 * NocoDB is under the Sustainable Use License: it is installed from npm into a folder that git ignores, only for tests,
 * and is never a part of this package.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { nocoDbFolder, RELEASES, type Release } from './release.ts';

for (const release of Object.keys(RELEASES) as Release[]) await installOnce(release);

async function installOnce(release: Release): Promise<void> {
  const version = RELEASES[release];
  const folder = nocoDbFolder(release);
  const stamp = join(folder, 'installed.txt');
  // The inputs of the installation; when they change, NocoDB is installed again.
  const recipe = `nocodb ${version}, xlsx 0.18.5, ${process.platform} ${process.arch}\n`;
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === recipe) {
    console.log(`NocoDB ${version} is installed in ${folder}`);
    return;
  }
  console.log(`Installing NocoDB ${version} into ${folder}: 1.4 GB, about two minutes`);
  const manifest = {
    private: true,
    dependencies: { nocodb: version },
    // NocoDB downloads xlsx from its author's server; for the tests, the release on npm is enough.
    overrides: { xlsx: '0.18.5' },
    allowScripts: { sqlite3: true },
  };
  await rm(stamp, { force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  // Without scripts: one of them needs pnpm, and the only native module that the tests need is sqlite3.
  await npm(folder, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
  console.log('Building sqlite3');
  const rebuild = ['rebuild', 'sqlite3', '--foreground-scripts', '--loglevel=error'];
  await npm(folder, ...rebuild).catch((error: unknown) => {
    throw new Error('sqlite3 was not built: it needs python3, make, g++ and the headers of Node', {
      cause: error,
    });
  });
  await writeFile(stamp, recipe);
}

/** Runs npm in a folder with the Node of this process; prints the output of npm only if it fails. */
function npm(folder: string, ...args: string[]): Promise<void> {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const nodedir = headersFolder();
  const env = { ...process.env, PATH: path, ...(nodedir && { npm_config_nodedir: nodedir }) };
  const child = spawn('npm', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) return done();
      const tail = Buffer.concat(output).toString().split('\n').slice(-40).join('\n');
      fail(new Error(`npm ${args.join(' ')} [${folder}]: exit code ${code}\n${tail}`));
    });
  });
}

/**
 * A folder with `include/node/node_api.h`, so that node-gyp needs no download. The headers of any Node are suitable:
 * sqlite3 uses Node-API, which is the same in every release. Node from npm has no headers, so this searches other
 * installations of Node too.
 *
 * @returns `undefined` when there is none; node-gyp then downloads the headers
 */
function headersFolder(): string | undefined {
  const folders = [dirname(process.execPath), ...(process.env.PATH ?? '').split(delimiter)];
  const prefixes = [...folders.map((folder) => resolve(folder, '..')), '/usr', '/usr/local'];
  return prefixes.find((prefix) => existsSync(join(prefix, 'include/node/node_api.h')));
}
