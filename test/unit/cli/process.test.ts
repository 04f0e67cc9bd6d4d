import { expect, test, vi } from 'vitest';
import { runCli } from './support/cli-process.ts';
import { FakeNocoDb } from './support/fake-nocodb.ts';

// A process needs a second to start on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

test('the help is a result: on standard output, with exit code 0', async () => {
  const { exitCode, out, err } = await runCli(['--help']);

  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(out).toContain('Usage: payment-tracker COMMAND');
});

test('the version is that of the package', async () => {
  expect((await runCli(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.for([
  ['an unknown command', ['nope'], "✖ Unknown command 'nope'. See: payment-tracker --help\n"],
  [
    'a missing argument',
    ['track', '1'],
    "✖ Missing required argument 'RECORD'. See: payment-tracker track --help\n",
  ],
  [
    'a file that is not there',
    ['import', 'no.csv'],
    '✖ no.csv cannot be read (ENOENT). See: payment-tracker --help\n',
  ],
] as const)('%s is a complaint, with exit code 2 and without colours in a pipe', async ([, argv, err]) => {
  expect(await runCli(argv)).toEqual({ exitCode: 2, out: '', err });
});

test('an AWS that cannot be reached is exit code 1', async () => {
  const { exitCode, out, err } = await runCli(['stats', '--table', 'T', '--endpoint', 'http://127.0.0.1:1']);

  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
  expect(err).toMatch(/^✖ .*there is no connection to DynamoDB \(ECONNREFUSED\)/);
});

test('settings come from the file .env, and the environment comes before it', async () => {
  const nocodb = await FakeNocoDb.start();
  const env = `NOCODB_API_URL=${nocodb.url}/dashboard/\nNOCODB_TABLE_ID=mpayments0000001\nNOCODB_API_TOKEN=right-token\n`;

  const healthy = await runCli(['doctor', '--json'], { files: { '.env': env } });
  const faulty = await runCli(['doctor', '--json'], {
    files: { '.env': env },
    env: { NOCODB_API_TOKEN: 'wrong-token' },
  });

  expect(healthy).toMatchObject({ exitCode: 0, err: '' });
  expect(JSON.parse(healthy.out)).toMatchObject({ healthy: true });
  expect(faulty.exitCode).toBe(1);
  expect(JSON.parse(faulty.out)).toMatchObject({ healthy: false });
});
