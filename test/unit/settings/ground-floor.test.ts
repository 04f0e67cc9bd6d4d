import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../lambda/settings');

test('the settings import nothing of the other folders', async () => {
  const files = await readdir(FOLDER);
  const texts = await Promise.all(files.map((file) => readFile(join(FOLDER, file), 'utf8')));

  const imports = texts.flatMap((text) => [...text.matchAll(/^(?:import|export) .*?from '(.+?)'/gms)]);
  expect(imports.length).toBeGreaterThan(0);
  expect(
    imports.map(([, from = '']) => from).filter((from) => !/^(\.\/[\w-]+\.ts|zod\/mini)$/.test(from)),
  ).toEqual([]);
});
