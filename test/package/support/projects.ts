import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { install } from './packed-package.ts';
import { run } from './run.ts';

const PROJECT = join(import.meta.dirname, '../../..');

/** The oldest TypeScript that the types support. In the project, the package has this name. */
export const OLD_TYPESCRIPT = 'typescript-5.6';

/** Makes the project of a bot: the package, and nothing else. */
export async function makeBot(folder: string, archive: string): Promise<string> {
  const bot = join(folder, 'bot');
  await mkdir(bot);
  await writeFile(join(bot, 'package.json'), JSON.stringify({ private: true }));
  await install(bot, archive);
  return bot;
}

/** Makes a CDK app with `cdk init`: tsx, the module system NodeNext, jest. Its siblings need ts-node and another TypeScript. */
export async function makeShop(folder: string, archive: string): Promise<string> {
  const shop = join(folder, 'shop');
  await mkdir(shop);
  const cdk = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');
  await run(shop, process.execPath, cdk, 'init', 'app', '--language', 'typescript', '--generate-only');
  const { devDependencies: ours } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
  const same = ['aws-cdk-lib', 'constructs', '@types/node'].map((name) => `${name}@${ours[name]}`);
  await install(shop, archive, ...same, 'ts-node@10.9.2', `${OLD_TYPESCRIPT}@npm:typescript@5.6.3`);
  return shop;
}

/** A project beside `shop` with the same packages, and these files. */
export async function makeSibling(
  shop: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const project = join(dirname(shop), name);
  await mkdir(project);
  await symlink(join(shop, 'node_modules'), join(project, 'node_modules'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), content);
  }
  return project;
}
