import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FakeNocoDb } from './support/fake-nocodb.ts';

// A process needs a second to start on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const CLI = join(import.meta.dirname, '../../../infra/cli/cli.ts');

interface Ended {
  readonly exitCode: number | string | null | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a process, in an empty folder and without the settings of this process. */
async function cli(
  argv: readonly string[],
  { env = {}, files = {} }: { env?: Record<string, string>; files?: Record<string, string> } = {},
): Promise<Ended> {
  const cwd = await mkdtemp(join(tmpdir(), 'payment-tracker-cli-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return new Promise((resolve) => {
    const options = { cwd, env: { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: 'true', ...env } };
    execFile(process.execPath, [CLI, ...argv], options, (error, out, err) =>
      resolve({ exitCode: error === null ? 0 : error.code, out, err }),
    );
  });
}

test('the help is a result: on standard output, with exit code 0', async () => {
  const { exitCode, out, err } = await cli(['--help']);

  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(out).toContain('Usage: payment-tracker COMMAND');
});

test('the version is that of the package', async () => {
  expect((await cli(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.for([
  ['an unknown command', ['nope'], '✖ There is no command "nope". See: payment-tracker --help\n'],
  ['a missing argument', ['track', '1'], '✖ RECORD is missing. See: payment-tracker track --help\n'],
  [
    'a file that is not there',
    ['import', 'no.csv'],
    '✖ no.csv cannot be read (ENOENT). See: payment-tracker --help\n',
  ],
] as const)('%s is a complaint, with exit code 2 and without colours in a pipe', async ([, argv, err]) => {
  expect(await cli(argv)).toEqual({ exitCode: 2, out: '', err });
});

test('an AWS that cannot be reached is exit code 1', async () => {
  const { exitCode, out, err } = await cli(['stats', '--table', 'T', '--endpoint', 'http://127.0.0.1:1']);

  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
  expect(err).toMatch(/^✖ .*DynamoDB did not answer/);
});

test('settings come from the file .env, and the environment comes before it', async () => {
  const nocodb = await FakeNocoDb.start();
  const env = `NOCODB_API_URL=${nocodb.url}/dashboard/\nNOCODB_TABLE_ID=mpayments0000001\nNOCODB_API_TOKEN=right-token\n`;

  const healthy = await cli(['doctor', '--json'], { files: { '.env': env } });
  const faulty = await cli(['doctor', '--json'], {
    files: { '.env': env },
    env: { NOCODB_API_TOKEN: 'wrong-token' },
  });

  expect(healthy).toMatchObject({ exitCode: 0, err: '' });
  expect(JSON.parse(healthy.out)).toMatchObject({ healthy: true });
  expect(faulty.exitCode).toBe(1);
  expect(JSON.parse(faulty.out)).toMatchObject({ healthy: false });
});
