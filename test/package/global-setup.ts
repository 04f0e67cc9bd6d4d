import type { TestProject } from 'vitest/node';
import { type PackedPackage, pack } from './support/packed-package.ts';
import { makeBot, makeShop } from './support/projects.ts';

/** What the tests get: the package, and the projects that it was installed into. */
export interface Installed {
  /** The package as npm would publish it. */
  readonly packed: Pick<PackedPackage, 'files' | 'size'>;
  /** A bot's project: the package and nothing else. */
  readonly bot: string;
  /** A CDK app as `cdk init` makes it. */
  readonly shop: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly installed: Installed;
  }
}

/** Packs the package, and installs it twice. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { files, size, archive, folder, remove } = await pack();
  const [bot, shop] = await Promise.all([makeBot(folder, archive), makeShop(folder, archive)]);
  provide('installed', { packed: { files, size }, bot, shop });
  return remove;
}
