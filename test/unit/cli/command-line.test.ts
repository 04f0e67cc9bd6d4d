import { expect, test } from 'vitest';
import { COMMANDS } from '../../../infra/cli/commands/index.ts';
import { parseCommandLine } from '../../../infra/cli/parse-command-line.ts';

const parse = (...argv: string[]) => parseCommandLine(argv, COMMANDS);

test('names arguments after their positions, and leaves out optional ones', () => {
  expect(parse('status', '12345')).toMatchObject({
    ask: 'run',
    input: { arguments: { user: '12345', record: undefined } },
  });
  expect(parse('status', '12345', 'rec_1')).toMatchObject({
    input: { arguments: { user: '12345', record: 'rec_1' } },
  });
});

test('takes common options and those of the command, wherever they stand', () => {
  const line = parse('import', '--json', 'users.csv', '--table', 'T', '--user-field=TG ID');

  expect(line).toMatchObject({
    common: { json: true, table: 'T', stack: undefined },
    input: { arguments: { file: 'users.csv' }, options: { 'user-field': 'TG ID' } },
  });
});

test("takes a group's negative id for an id, not for an option", () => {
  expect(parse('track', '-1001234567890', '42')).toMatchObject({
    input: { arguments: { user: '-1001234567890', record: '42' } },
  });
});

test('finds commands of two words', () => {
  expect(parse('webhook', 'install', '--url', 'https://x.example')).toMatchObject({
    command: { name: 'webhook install' },
    input: { options: { url: 'https://x.example' } },
  });
});

test.for([
  [[], undefined],
  [['--help'], undefined],
  [['-h'], undefined],
  [['help'], undefined],
  [['help', 'track'], 'track'],
  [['track', '--help'], 'track'],
  [['track', '-h'], 'track'],
  [['webhook', 'remove', '--help'], 'webhook remove'],
] as const)('%j asks for help', ([argv, command]) => {
  const line = parse(...argv);

  expect(line.ask).toBe('help');
  expect(line.ask === 'help' && line.command?.name).toBe(command);
});

test.for([
  [['statz'], 'There is no command "statz"; did you mean "stats"?'],
  [['frobnicate'], 'There is no command "frobnicate"'],
  [['help', 'frobnicate'], 'There is no command "frobnicate"'],
  [['webhook'], '"webhook" is one of: webhook install, webhook remove'],
  [['track'], 'USER is missing'],
  [['track', '1'], 'RECORD is missing'],
  [['track', '1', '2', '3'], '"3" is one argument too many'],
  [['stats', '--wat'], "Unknown option '--wat'"],
  [['stats', '--watch=yes'], "Option '--watch' does not take an argument"],
  [['status', '1', '--table'], "Option '--table <value>' argument missing"],
] as const)('%j is refused: %s', ([argv, message]) => {
  expect(() => parse(...argv)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
});

test('a command line that is wrong for a command points to its help', () => {
  expect(() => parse('track', '1')).toThrow(expect.objectContaining({ command: 'track' }));
});
