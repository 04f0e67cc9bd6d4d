import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeAfter, readDoc } from '../../support/docs.ts';

const FOLDER = join(import.meta.dirname, '../../../lambda/bot/telegram');
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');

/** The variables that the table of the README says, and those of them that are required. */
const ROWS = [...readDoc('lambda/bot/telegram/README.md').matchAll(/^\| `([A-Z_]+)` \| (yes|no) \|/gm)];
const DOCUMENTED = ROWS.map(([, name]) => name).sort();
const REQUIRED = ROWS.filter(([, , required]) => required === 'yes').map(([, name]) => name);

test('the client of the Python bot is the one that the README of the table shows', () => {
  expect(read('payments.py')).toBe(codeAfter('python-bot', 'lambda/table/README.md'));
});

test('the README has all variables of the bot in TypeScript', () => {
  const code = read('bot.ts');
  const required = [...code.matchAll(/required\('([A-Z_]+)'\)/g)].map(([, name]) => name);
  const optional = [...code.matchAll(/env\.([A-Z_]+)/g)].map(([, name]) => name);

  expect([...new Set([...required, ...optional])].sort()).toEqual(DOCUMENTED);
  expect(new Set(required)).toEqual(new Set(REQUIRED));
});

test('the README has all variables of the bot in Python', () => {
  const code = ['bot.py', 'orders.py', 'payments.py', 'records.py'].map(read).join('\n');
  const required = [...code.matchAll(/environ\[["']([A-Z_]+)["']\]/g)].map(([, name]) => name);
  const optional = [...code.matchAll(/environ\.get\("([A-Z_]+)"/g)].map(([, name]) => name);

  expect([...new Set([...required, ...optional])].sort()).toEqual(DOCUMENTED);
  expect(new Set(required)).toEqual(new Set(REQUIRED));
});
