import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { commandName } from '../../../infra/cli/help.ts';
import { createProgram, readCommonOptions } from '../../../infra/cli/program.ts';
import { MemoryTerminal, run } from './support/run.ts';

/** The command that a command line calls, with the values that it gets. */
async function parse(...argv: string[]) {
  let line: unknown;
  const program = createProgram({
    version: '1.2.3',
    out: new MemoryTerminal(),
    toAction:
      () =>
      async (...values) => {
        const command = values.at(-1) as Command;
        line = {
          command: commandName(command),
          arguments: values.slice(0, -2),
          options: values.at(-2),
          common: readCommonOptions(command),
        };
      },
  });
  await program.parseAsync(argv, { from: 'user' });
  return line;
}

test('passes arguments in their order, and leaves out optional ones', async () => {
  expect(await parse('status', '12345')).toMatchObject({
    command: 'status',
    arguments: ['12345', undefined],
  });
  expect(await parse('status', '12345', 'rec_1')).toMatchObject({ arguments: ['12345', 'rec_1'] });
});

test('takes common options and those of the command, wherever they stand', async () => {
  const line = await parse('import', '--json', 'users.csv', '--table', 'T', '--user-field=TG ID');

  expect(line).toMatchObject({
    common: { json: true, table: 'T', stack: undefined },
    arguments: ['users.csv'],
    options: { userField: 'TG ID' },
  });
});

test("takes a group's negative id for an id, not for an option", async () => {
  expect(await parse('track', '-1001234567890', '42')).toMatchObject({
    arguments: ['-1001234567890', '42'],
  });
});

test('takes everything after -- for arguments', async () => {
  expect(await parse('track', '--', '-x', '--json')).toMatchObject({
    arguments: ['-x', '--json'],
    common: { json: false },
  });
});

test('finds commands of two words', async () => {
  expect(await parse('webhook', 'install', '--url', 'https://x.example')).toMatchObject({
    command: 'webhook install',
    options: { url: 'https://x.example' },
  });
});

test.for([
  [[], 'COMMAND'],
  [['--help'], 'COMMAND'],
  [['-h'], 'COMMAND'],
  [['--help', 'track'], 'COMMAND'],
  [['help'], 'COMMAND'],
  [['help', 'track'], 'track USER RECORD [OPTIONS]'],
  [['help', 'webhook', 'install'], 'webhook install [OPTIONS]'],
  [['track', '--help'], 'track USER RECORD [OPTIONS]'],
  [['track', '-h'], 'track USER RECORD [OPTIONS]'],
  [['track', '-100', '--json', '--help'], 'track USER RECORD [OPTIONS]'],
  [['status', '--help'], 'status USER [RECORD] [OPTIONS]'],
  [['webhook', 'remove', '--help'], 'webhook remove [OPTIONS]'],
] as const)('%j asks for help', async ([argv, usage]) => {
  const { out, err } = await run(argv);

  expect(out).toMatch(`Usage: payment-tracker ${usage}`);
  expect(err).toBe('');
});

test.for([
  [['statz'], "Unknown command 'statz' (Did you mean stats?)"],
  [['webhok', 'install'], "Unknown command 'webhok' (Did you mean webhook?)"],
  [['frobnicate'], "Unknown command 'frobnicate'"],
  [['frobnicate', '--help'], "Unknown command 'frobnicate'"],
  [['help', 'frobnicate'], "Unknown command 'frobnicate'"],
  [['help', 'statz'], "Unknown command 'statz' (Did you mean stats?)"],
  [['--json', 'stats'], "Unknown option '--json'"],
  [['webhook'], '"webhook" is one of: webhook install, webhook remove'],
  [['webhook', 'frobnicate'], '"webhook" is one of: webhook install, webhook remove'],
  [['track'], "Missing required argument 'USER'"],
  [['track', '1'], "Missing required argument 'RECORD'"],
  [['track', '1', '2', '3'], "Too many arguments for 'track'. Expected 2 arguments but got 3: 1, 2, 3."],
  [['stats', '--wat'], "Unknown option '--wat' (Did you mean --watch?)"],
  [['stats', '--frobnicate'], "Unknown option '--frobnicate'"],
  [['stats', '--wacth'], "Unknown option '--wacth' (Did you mean --watch?)"],
  [['stats', '--jsn'], "Unknown option '--jsn' (Did you mean --json?)"],
  [['stats', '--version'], "Unknown option '--version'"],
  [['stats', '--watch=yes'], "Unknown option '--watch=yes'"],
  [
    ['stats', '--endpoint', 'foo'],
    "Option '--endpoint <URL>' argument 'foo' is invalid. It is not an http or https URL.",
  ],
  [
    ['stats', '--endpoint', 'localhost:4566'],
    "Option '--endpoint <URL>' argument 'localhost:4566' is invalid. It is not an http or https URL.",
  ],
  [['doctor', '--table', 'T'], "Unknown option '--table'"],
  [['status', '1', '--table'], "Option '--table <NAME>' argument missing"],
] as const)('%j is refused: %s', async ([argv, message]) => {
  await expect(parse(...argv)).rejects.toThrow(expect.objectContaining({ name: 'UsageError', message }));
});

test.for([
  ['stats', ['--json', '--table', '--stack', '--endpoint']],
  ['tick', ['--json', '--stack', '--endpoint']],
  ['webhook install', ['--json', '--stack', '--endpoint']],
  // A table there would be a table of DynamoDB, not of NocoDB.
  ['doctor', ['--json', '--stack', '--endpoint']],
] as const)('%s offers the common options that it uses', async ([command, options]) => {
  const { out } = await run([...command.split(' '), '--help']);

  expect(['--json', '--table', '--stack', '--endpoint'].filter((each) => out.includes(`  ${each} `))).toEqual(
    options,
  );
});

test('an option is not the value of another one, unless it is joined to it', async () => {
  const payments = () => Promise.reject(new Error('reached'));

  expect(await run(['stats', '--table', '--json'], { payments })).toMatchObject({
    exitCode: 2,
    err: "✖ Option '--table <NAME>' argument missing. See: payment-tracker stats --help\n",
  });
  expect((await run(['stats', '--table=--json'], { payments })).err).toContain('reached');
  expect((await run(['stats', '--table', '-100'], { payments })).err).toContain('reached');
});

test('a command line that is wrong for a command points to its help', async () => {
  await expect(parse('track', '1')).rejects.toThrow(expect.objectContaining({ command: 'track' }));
  await expect(parse('webhook', 'install', '--url')).rejects.toThrow(
    expect.objectContaining({ command: 'webhook install' }),
  );
});
