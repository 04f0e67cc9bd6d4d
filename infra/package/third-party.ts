import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A package of somebody else of which a bundle contains code. */
export interface ThirdPartyPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly license: string;
  /** The texts of its licence and, if it has one, of its notice. */
  readonly texts: readonly string[];
}

/** The packages of which bundles contain code. @param metafiles of esbuild, with paths relative to this folder */
export function packagesIn(metafiles: readonly Metafile[]): ThirdPartyPackage[] {
  const inputs = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap((each) => Object.entries(each.inputs)),
  );
  const folders = inputs.flatMap(([path, { bytesInOutput }]) => {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
    return folder === undefined || bytesInOutput === 0 ? [] : [folder];
  });
  return [...new Set(folders)].sort().map(readPackage);
}

function readPackage(folder: string): ThirdPartyPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  return {
    name,
    version,
    license,
    texts: files.map((file) => readFileSync(join(folder, file), 'utf8').trim()),
  };
}

/** The notices that the licences of the packages ask for. Packages with the same texts share them. */
export function noticesOf(packages: readonly ThirdPartyPackage[]): string {
  const groups = Object.groupBy(packages, ({ license, texts }) => [license, ...texts].join('\n\n'));
  const sections = Object.entries(groups).map(([text, group = []]) => {
    return `${group.map(({ name, version }) => `${name} ${version}`).join('\n')}\n\n${text}\n`;
  });
  return ['payment-tracker contains code of these packages.\n', ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}
