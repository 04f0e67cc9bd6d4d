import { build } from 'esbuild';
import { expect, test } from 'vitest';

const CLIENT = new URL('../../../lambda/client/index.ts', import.meta.url).pathname;

/** What only the tracker's own functions need. */
const UNWANTED =
  /^(commander|zod|constructs|aws-cdk-lib|@aws-lambda-powertools\/|@aws-sdk\/client-(?!dynamodb))/;

test("a bot's bundle holds the AWS SDK's part for DynamoDB, p-map, and little of ours", async () => {
  const { metafile } = await build({
    entryPoints: [CLIENT],
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
    write: false,
    metafile: true,
  });

  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const packages = inputs.map(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'ours');
  const ours = inputs.filter(([path]) => !path.includes('node_modules'));
  expect(packages).toEqual(expect.arrayContaining(['@aws-sdk/lib-dynamodb', 'p-map']));
  expect(packages.filter((name) => UNWANTED.test(name))).toEqual([]);
  expect(ours.map(([path]) => path).filter((path) => path.startsWith('lambda/settings/'))).toEqual([]);
  expect(ours.reduce((bytes, [, { bytesInOutput }]) => bytes + bytesInOutput, 0)).toBeLessThan(25_000);
});
