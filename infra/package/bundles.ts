import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { FUNCTION_BANNER, FUNCTION_BUNDLE } from '../constructs/bundled-function.ts';

const PROJECT = join(import.meta.dirname, '../..');

/** Modules outside of the bundles: the dependencies of the package, and what every CDK app has. */
const EXTERNAL = ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', 'aws-cdk-lib', 'constructs'];

const COMMON = { target: 'node20', external: EXTERNAL };

/** CommonJS has no `import.meta`. */
const COMMONJS = { ...COMMON, format: 'cjs', define: { 'import.meta.dirname': '__dirname' } } as const;

/** What users import and run, by the paths in `dist`. */
const MODULES: Readonly<Record<string, BuildOptions>> = {
  'client.js': { ...COMMON, format: 'esm', entryPoints: ['lambda/client/index.ts'] },
  'client.cjs': { ...COMMONJS, entryPoints: ['lambda/client/index.ts'] },
  // Only CommonJS, like the CDK itself: every app can load it, with `import` and with `require()`.
  'cdk.cjs': { ...COMMONJS, entryPoints: ['infra/constructs/index.ts'] },
  // CommonJS loads modules one after another, so the version of Node.js is checked before the others load.
  'cli.cjs': { ...FUNCTION_BUNDLE, ...COMMONJS, entryPoints: ['infra/cli/cli.ts'] },
};

/** The functions of the tracker. The construct finds them by these paths. */
const FUNCTIONS: Readonly<Record<string, BuildOptions>> = Object.fromEntries(
  readdirSync(join(PROJECT, 'lambda'))
    .filter((file) => file.endsWith('.handler.ts'))
    .map((file) => [
      `functions/${file.replace('.ts', '.zip')}`,
      {
        ...FUNCTION_BUNDLE,
        format: 'esm',
        banner: { js: FUNCTION_BANNER },
        entryPoints: [`lambda/${file}`],
      },
    ]),
);

/** The bundles of the package: options of esbuild, by the paths in `dist`. */
export const BUNDLES: readonly (readonly [string, BuildOptions])[] = Object.entries({
  ...MODULES,
  ...FUNCTIONS,
}).map(([path, options]) => [
  path,
  { ...options, absWorkingDir: PROJECT, platform: 'node', bundle: true, logLevel: 'warning' },
]);
