import getPort from 'get-port';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../infra/local/emulator/start-emulator.ts';
import { openChromium } from '../support/chromium.ts';
import { type NpmStart, npmStart, running } from './support/npm-start.ts';

/** The shortest interval, so that nobody waits. */
const QUICK = { INTERVAL_SECONDS: '5' };
const FIRST_CONFIRMATION = /💰 Payment confirmed for user 1001/;

function start(...args: Parameters<typeof npmStart>): NpmStart {
  const run = npmStart(...args);
  onTestFinished(() => run.kill());
  return run;
}

/** The addresses that it has printed. */
function addresses({ output }: NpmStart): string[] {
  return [...new Set(output.match(/http:\/\/127\.0\.0\.1:\d+/g))];
}

async function isServed(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5000) }).then(
    () => true,
    () => false,
  );
}

/** What listened is gone with its process. Its port says nothing: another test may listen there by now. */
async function expectNothingLeft(run: NpmStart, end: () => void, signal = 'SIGINT'): Promise<void> {
  expect(await Promise.all(addresses(run).map(isServed))).toEqual([true, true, true]);
  const groups = run.processGroups();
  expect(running(groups).length).toBeGreaterThan(4);

  end();

  expect(await run.ended).toBe(0);
  expect(run.errors).toBe('');
  expect(run.output).toContain(`stopping (${signal})`);
  expect(running(groups)).toEqual([]);
}

test('npm start shows a confirmed payment by itself, its page ticks another, and Ctrl-C leaves nothing', async () => {
  const run = start(QUICK);
  await run.line(FIRST_CONFIRMATION);
  const [, url = ''] = await run.line(/page: (\S+)/);
  const browser = await openChromium();
  onTestFinished(() => browser.close());
  const page = await browser.context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(url);
  const row = (recordId: string) =>
    page.getByRole('row').filter({ has: page.getByRole('cell', { name: recordId, exact: true }) });

  await row('1')
    .getByText(/^true$/)
    .waitFor();
  expect(await page.getByRole('checkbox', { name: 'Record 1 is paid' }).isChecked()).toBe(true);
  await row('2')
    .getByText(/^false$/)
    .waitFor();

  await page.getByRole('checkbox', { name: 'Record 2 is paid' }).check();
  await row('2')
    .getByText(/^true$/)
    .waitFor();
  await page
    .getByText(/Customer 1002 has paid record 2, confirmed \d+\.\d s after the box was ticked\./)
    .waitFor();
  await run.line(/💰 Payment confirmed for user 1002/);

  await page.getByRole('button', { name: 'New payment' }).click();
  await page.getByText('The bot created record 6 and tracks it.').waitFor();
  await row('6')
    .getByText(/^false$/)
    .waitFor();
  await run.line(/📍 Tracking payment for user 1006 \(record: 6\)/);
  await page.getByText(/NocoDB was last asked \d+ s ago/).waitFor();

  expect(faults).toEqual([]);
  await browser.close();
  await expectNothingLeft(run, run.pressCtrlC);
}, 240_000);

test('a second start works, also while another holds the usual ports', async () => {
  const [first, second] = [start(QUICK), start(QUICK)];

  await Promise.all([first.line(FIRST_CONFIRMATION), second.line(FIRST_CONFIRMATION)]);

  expect(addresses(first).filter((address) => addresses(second).includes(address))).toEqual([]);
  await expectNothingLeft(first, first.pressCtrlC);
  await expectNothingLeft(second, second.terminate, 'SIGTERM');
}, 240_000);

test('an emulator that is gone when its place is to be given back is said in one line', async () => {
  const emulator = await startEmulator({ name: 'gone' });
  onTestFinished(() => emulator.stop());
  const run = start({ ...QUICK, AWS_ENDPOINT_URL: emulator.endpoint });
  await run.line(/page: /);
  await emulator.stop();

  run.pressCtrlC();

  expect(await run.ended).toBe(1);
  expect(run.errors.trim()).toMatch(/^The stack \w+ could not be deleted from the emulator .*$/);
}, 240_000);

test.each([
  [
    'an emulator that is not there',
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:{port}' },
    /AWS_ENDPOINT_URL is http/,
  ],
  [
    'a NocoDB that is not there',
    {
      NOCODB_API_URL: 'http://127.0.0.1:{port}',
      NOCODB_API_TOKEN: 'secret',
      NOCODB_TABLE_ID: 'mq13l0ec25f9v23',
    },
    /NocoDB cannot be watched .*ECONNREFUSED/,
  ],
  ['half of a NocoDB', { NOCODB_API_TOKEN: 'secret' }, /NOCODB_API_URL is missing/],
])('%s is said in one line', async (_what, variables, expected) => {
  const port = String(await getPort({ host: '127.0.0.1' }));
  const run = start(
    Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, value.replace('{port}', port)]),
    ),
  );

  expect(await run.ended).toBe(1);
  expect(run.errors).toMatch(expected);
  expect(run.errors.trim().split('\n')).toHaveLength(1);
  expect(run.errors).not.toContain('secret');
});
