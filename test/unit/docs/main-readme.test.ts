import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { expect, test, vi } from 'vitest';
import { PaymentTracker } from '../../../lambda/client/index.ts';
import { codeAfter, readDoc } from '../../support/docs.ts';

const ROOT = join(import.meta.dirname, '../../..');
const README = readDoc('README.md');

/** The rows of the table in a section, as cells. */
function rowsOf(heading: string): string[][] {
  const section = README.split(`\n${heading}\n`)[1]?.split(/\n#{2,} /)[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

test('it is short enough to be read: 300 lines or fewer', () => {
  expect(README.split('\n').length - 1).toBeLessThanOrEqual(300);
});

test.each(['npm ci && npm start', 'npm ci && npm test'])('it tells to run `%s`', (command) => {
  expect(README).toMatch(new RegExp(`^${command}$`, 'm'));
});

test('the page is shown by a picture of at most 150 KB', () => {
  expect(readFileSync(join(ROOT, 'infra/local/page/page.png')).length).toBeLessThan(150_000);
});

test('its table has every method of the client, and no other', () => {
  const named = rowsOf('## Use it in a bot').flatMap(([, method = '']) =>
    [...method.matchAll(/`(\w+)\(/g)].map(([, name]) => name),
  );

  expect(new Set(named)).toEqual(
    new Set(Object.getOwnPropertyNames(PaymentTracker.prototype).filter((name) => name !== 'constructor')),
  );
});

test('its bot tracks a payment, and untracks it once it is paid', async () => {
  const calls: unknown[][] = [];
  class FakeTracker {
    track = async (...ids: unknown[]) => calls.push(['track', ...ids]);
    isPaid = async (...ids: unknown[]) => calls.push(['isPaid', ...ids]) > 0;
    untrack = async (...ids: unknown[]) => calls.push(['untrack', ...ids]);
  }
  vi.stubGlobal('FakeTracker', FakeTracker);
  const source = codeAfter('client', 'README.md').replace(
    "import { PaymentTracker } from 'payment-tracker';",
    'const PaymentTracker = FakeTracker;',
  );
  const { code } = await transform(source, { loader: 'ts', format: 'esm' });

  await import(`data:text/javascript,${encodeURIComponent(code)}`);

  expect(calls).toEqual([
    ['track', 12345, 17],
    ['isPaid', 12345, 17],
    ['untrack', 12345, 17],
  ]);
  vi.unstubAllGlobals();
});

test('its troubleshooting names errors that the code throws', () => {
  const named = rowsOf('## Troubleshooting').flatMap(([, text = '']) => text.match(/\w+Error\b/g) ?? []);
  const sources = ['lambda', 'infra'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(ROOT, folder, path), 'utf8')),
  );
  const thrown = new Set(
    sources.flatMap((source) => [...source.matchAll(/class (\w+Error)\b/g)].map(([, name]) => name)),
  );

  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !thrown.has(name))).toEqual([]);
});

test('the address of the repository is the same everywhere', () => {
  const { repository, homepage, bugs } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const address = 'https://github.com/global-payment-tracker/payment-tracker';

  expect(repository.url).toBe(`git+${address}.git`);
  expect(homepage).toBe(`${address}#readme`);
  expect(bugs.url).toBe(`${address}/issues`);
});
