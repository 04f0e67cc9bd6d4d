import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { anchorsOf, linksOf } from './markdown.ts';

const ROOT = join(import.meta.dirname, '../../..');
const DOCUMENTS = ['README.md', ...['.github', 'infra', 'lambda', 'test'].flatMap(markdownIn)];

/** Addresses on GitHub that show a file of this repository. */
const REPOSITORY =
  /^https:\/\/(?:github\.com\/global-payment-tracker\/payment-tracker\/(?:blob|tree)|raw\.githubusercontent\.com\/global-payment-tracker\/payment-tracker)\/main\//;

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
    .map((path) => join(folder, path));
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** What is wrong with a link to this repository; undefined for a link that resolves and for links to elsewhere. */
function faultOf(link: string, document: string): string | undefined {
  const inRepository = REPOSITORY.test(link);
  if (!inRepository && /^[a-z]+:/.test(link)) return undefined;
  const [path = '', anchor] = link.replace(REPOSITORY, '').split('#');
  const target = inRepository
    ? join(ROOT, path)
    : path === ''
      ? join(ROOT, document)
      : resolve(ROOT, dirname(document), path);
  if (!existsSync(target)) return `${link}: there is no such file`;
  if (anchor === undefined || anchorsOf(read(relative(ROOT, target))).has(anchor)) return undefined;
  return `${link}: there is no such heading`;
}

test.each(DOCUMENTS)('every link of %s to this repository resolves to a file and a heading', (document) => {
  const links = linksOf(read(document));

  expect(links.map((link) => faultOf(link, document)).filter((fault) => fault !== undefined)).toEqual([]);
});

test('the links of the main README work where npm shows it alone: they are absolute, or lead to its own headings', () => {
  const links = linksOf(read('README.md'));

  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((link) => !/^(?:#|https:)/.test(link))).toEqual([]);
});

test('every README of a folder is reached from the main one', () => {
  const linked = linksOf(read('README.md')).map((link) => link.replace(REPOSITORY, '').split('#')[0]);

  expect(linked).toEqual(
    expect.arrayContaining(DOCUMENTS.filter((path) => /.\/README\.md$/.test(path) && !path.startsWith('.'))),
  );
});

describe('a link that does not resolve is noticed', () => {
  it('is found inline, by reference, and where the reference is not defined', () => {
    const text = '[a](a.md) ![b](b.png) [c][one] [d][two]\n`[e](e.md)`\n\n[one]: c.md\n';

    expect(linksOf(text)).toEqual(['a.md', 'b.png', 'c.md', '[two]']);
  });

  it.each([
    ['nowhere.md', 'there is no such file'],
    ['#nowhere', 'there is no such heading'],
    ['infra/README.md#nowhere', 'there is no such heading'],
    [
      'https://github.com/global-payment-tracker/payment-tracker/blob/main/nowhere.md',
      'there is no such file',
    ],
    [
      'https://github.com/global-payment-tracker/payment-tracker/blob/main/infra/README.md#nowhere',
      'there is no such heading',
    ],
  ])('%s', (link, fault) => {
    expect(faultOf(link, 'README.md')).toBe(`${link}: ${fault}`);
  });
});
