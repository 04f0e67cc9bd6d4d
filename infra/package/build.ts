import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { BUNDLES } from './bundles.ts';
import { noticesOf, packagesIn } from './third-party.ts';

/** The content of the package. tsc writes the declarations of the types into it. */
const DIST = 'dist';

/** ZIP cannot express an earlier time. A constant: the CDK compares the bytes of an archive to see whether it changed. */
const MODIFIED = new Date('1980-01-01T00:00:00');

/** Makes the files of the package, except for the declarations. */
async function main(): Promise<void> {
  const built = await Promise.all(
    BUNDLES.map(async ([path, options]) => {
      const { outputFiles, metafile } = await build({ ...options, write: false, metafile: true });
      const [output] = outputFiles;
      if (output === undefined) throw new Error(`esbuild made nothing of ${path}`);
      const code = output.contents;
      await write(
        path,
        extname(path) === '.zip' ? zipSync({ 'index.mjs': code }, { level: 9, mtime: MODIFIED }) : code,
      );
      return metafile;
    }),
  );
  await write('THIRD_PARTY_NOTICES.txt', noticesOf(packagesIn(built)));
  // The declarations are read as those of CommonJS modules. The ES module of the client exports the same.
  await write('types/package.json', '{ "type": "commonjs" }\n');
  await write('client.d.ts', "export * from './types/lambda/client/index.js';\n");
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(DIST, path)), { recursive: true });
  await writeFile(join(DIST, path), content);
}

await main();
