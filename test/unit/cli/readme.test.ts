import { expect, test } from 'vitest';
import { readDoc, shownAfter } from '../../support/docs.ts';
import { COMMANDS } from './support/commands.ts';
import { FakeNocoDb } from './support/fake-nocodb.ts';
import { FakePayments } from './support/fake-payments.ts';
import { run } from './support/run.ts';

const README = 'infra/cli/README.md';

test("the README's table has every command, and no other", () => {
  const readme = readDoc(README);
  const rows = readme
    .slice(0, readme.indexOf('\n\nEvery command'))
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+(?: [a-z]+)?)/g)]);

  expect(new Set(named.map(([, name]) => name))).toEqual(new Set(COMMANDS.map(({ name }) => name)));
});

test('import says what the README shows', async () => {
  const payments = new FakePayments();
  const rows = Array.from({ length: 451 }, (_, index) => `${17 + index};${12345 + index}\n`);
  for (let index = 0; index < 40; index += 1)
    payments.states.set(`${12345 + index}#${17 + index}`, 'pending');
  for (let index = 100; index < 103; index += 1)
    payments.states.set(`${12345 + index}#${17 + index}`, 'paid');
  rows.splice(5, 0, '5;a b\n');

  const { out, err } = await run(['import', 'users.csv'], {
    payments: async () => payments,
    readFile: async () => new TextEncoder().encode(`Id;TG ID\n${rows.join('')}`),
  });

  expect(err.replace('\n', `\n${out}`)).toBe(shownAfter('import users.csv', README));
});

test('doctor says what the README shows', async () => {
  const nocodb = await FakeNocoDb.start();

  const { out } = await run(['doctor'], nocodb.access({ NOCODB_TABLE_ID: 'Payments' }));

  const shown = shownAfter('doctor', README)
    .replace('https://nocodb.example.com', nocodb.url)
    .replace('mq13l0ec25f9v23', 'mpayments0000001');
  expect(out).toBe(shown);
});
