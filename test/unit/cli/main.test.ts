import { expect, test } from 'vitest';
import { CommandError, InterruptedError } from '../../../infra/cli/console/errors.ts';
import { SettingsError } from '../../../lambda/settings/settings-error.ts';
import { InvalidIdError, TokenRejectedError } from '../../../lambda/tracker/errors.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { COMMANDS } from './support/commands.ts';
import { MemoryTerminal, run } from './support/run.ts';

test('without a command, the help is printed and the exit code says that nothing was done', async () => {
  const { exitCode, out, err } = await run([]);

  expect(exitCode).toBe(2);
  expect(out).toContain('Usage: payment-tracker COMMAND');
  expect(err).toBe('');
});

test('the help names every command with what it does, and the exit codes', async () => {
  const { exitCode, out } = await run(['--help']);

  expect(exitCode).toBe(0);
  for (const { name, summary } of COMMANDS) {
    expect(out).toMatch(new RegExp(`^  ${name} +${summary.replace(/[.()]/g, '\\$&')}$`, 'm'));
  }
  expect(out).toContain('Exit codes:');
});

test.for(COMMANDS.map(({ name }) => name))(
  'the help of %s has its usage, options and examples',
  async (name) => {
    const { exitCode, out } = await run([...name.split(' '), '--help']);

    expect(exitCode).toBe(0);
    expect(out).toContain(`Usage: payment-tracker ${name}`);
    expect(out).toContain('--json');
    expect(out).toMatch(new RegExp(`Examples:\n  payment-tracker ${name}`));
  },
);

test('no line of any help is wider than a terminal of 120 columns', async () => {
  const helps = await Promise.all(
    [[], ...COMMANDS.map(({ name }) => name.split(' '))].map((argv) => run([...argv, '--help'])),
  );

  const wide = helps.flatMap(({ out }) => out.split('\n')).filter((line) => line.length > 120);
  expect(wide).toEqual([]);
});

test('tells its version', async () => {
  expect(await run(['--version'])).toMatchObject({ exitCode: 0, out: '1.2.3\n' });
});

test.for([
  [
    'a wrong command line',
    ['track'],
    undefined,
    2,
    "✖ Missing required argument 'USER'. See: payment-tracker track --help\n",
  ],
  [
    'wrong settings',
    ['stats'],
    new SettingsError(['X is missing']),
    2,
    '✖ 1 setting is wrong:\n- X is missing\n',
  ],
  [
    'a wrong id',
    ['stats'],
    new InvalidIdError('userId', 'a b', 'no space'),
    2,
    '✖ userId "a b" is not valid: expected no space.\n',
  ],
  ['a command that failed', ['stats'], new CommandError('It broke', 'Mend it.'), 1, '✖ It broke. Mend it.\n'],
  [
    'an error of the tracker',
    ['stats'],
    new TokenRejectedError(DETAILS),
    1,
    '✖ list records [GET fake]: fault. None.\n',
  ],
  [
    'Ctrl-C',
    ['stats'],
    new InterruptedError('Interrupted after 3 rows.'),
    130,
    '✖ Interrupted after 3 rows.\n',
  ],
] as const)('%s is told in a line, with its exit code', async ([, argv, error, exitCode, text]) => {
  const result = await run(argv, { payments: () => Promise.reject(error) });

  expect(result).toMatchObject({ exitCode, out: '', err: text });
});

test('an error that nobody foresaw is told with its stack', async () => {
  const { exitCode, err } = await run(['stats'], {
    payments: () => Promise.reject(new RangeError('surprise')),
  });

  expect(exitCode).toBe(1);
  expect(err).toMatch(/RangeError: surprise\n {4}at /);
});

test('complaints are red on a terminal', async () => {
  const err = new MemoryTerminal({ colours: true });

  await run(['nope'], { err });

  expect(err.text).toContain('\x1b[31m✖\x1b[39m');
});
