import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CommandResult, runCommand } from '../../infra/local/process/run-command.ts';
import { openChromium } from '../support/chromium.ts';
import { codeAfter } from '../support/docs.ts';
import { type NpmStart, npmStart } from './support/npm-start.ts';
import { installPythonPackages } from './support/python.ts';
import { startTelegramApi } from './support/telegram-api.ts';
import { BOTS } from './support/telegram-bot.ts';
import { SOON } from './support/telegram-shop.ts';

const PROJECT = join(import.meta.dirname, '../..');

/** `npm start` with the webhook. At this interval, nothing is confirmed by a tick while the tests run. */
let run: NpmStart;
/** The commands that it prints for another terminal. */
let commands: string;
/** The folder of a bot. */
let folder: string;

beforeAll(async () => {
  run = npmStart({ INTERVAL_SECONDS: '300' }, ['--webhook']);
  folder = await mkdtemp(join(tmpdir(), 'second-terminal-'));
  await run.line(/page: /);
  commands = (run.output.match(/^ +(?:unset|export) .*$/gm) ?? []).join('\n');
});
afterAll(async () => {
  run.pressCtrlC();
  await run.ended;
  await rm(folder, { recursive: true });
});

/** Runs a command in another terminal, after the printed commands. The terminal has a profile of the AWS CLI. */
function inSecondTerminal(
  command: string,
  cwd = folder,
  signal = new AbortController().signal,
): Promise<CommandResult> {
  const env = { PATH: process.env.PATH, HOME: folder, AWS_PROFILE: 'work', PYTHONDONTWRITEBYTECODE: '1' };
  return runCommand({ file: 'sh', args: ['-ec', `${commands}\n${command}`], cwd, env, signal });
}

const tracker = (command: string) => inSecondTerminal(`npm run --silent tracker -- ${command}`, PROJECT);

test('a box that is ticked on the page is confirmed by the webhook within a second', async () => {
  await run.line(/💰 Payment confirmed for user 1001 \(record: 1\), by webhook/);
  const [, url = ''] = await run.line(/page: (\S+)/);
  const browser = await openChromium();
  try {
    const page = await browser.context.newPage();
    await page.goto(url);
    await page.getByRole('checkbox', { name: 'Record 2 is paid' }).check();
    await page
      .getByText(/Customer 1002 has paid record 2, confirmed 0\.\d s after the box was ticked\./)
      .waitFor();
  } finally {
    await browser.close();
  }
});

test('the doctor finds nothing wrong', async () => {
  expect(await tracker('doctor')).toMatchObject({ code: 0, output: expect.not.stringContaining('✖') });
});

test('the payments of the demo NocoDB are imported', async () => {
  expect(await tracker('import --from-nocodb --user-field "TG ID"')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/Tracking \d payments \(tracked before: \d\)/),
  });
});

test("the main README's bot tracks its payment", async () => {
  const installed = join(folder, 'node_modules/payment-tracker');
  await mkdir(installed, { recursive: true });
  const client = pathToFileURL(join(PROJECT, 'lambda/client/index.ts'));
  await writeFile(join(installed, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  await writeFile(join(installed, 'index.js'), `export * from '${client}';`);
  await writeFile(join(folder, 'bot.mts'), codeAfter('client', 'README.md'));

  expect(await inSecondTerminal(`'${process.execPath}' bot.mts`)).toEqual({ code: 0, output: '' });

  const { output } = await tracker('status 12345 17 --json');
  expect(JSON.parse(output)).toMatchObject({ state: 'pending' });
});

test("the README's bot in Python tracks a payment, and sees which one is paid", async () => {
  await writeFile(join(folder, 'bot.py'), codeAfter('python-bot', 'lambda/table/README.md'));
  const python = await installPythonPackages();

  const asked = await inSecondTerminal(
    `'${python}' -c 'import bot; print(bot.track(12345, 18), bot.is_paid(12345, 18), bot.is_paid(1001, 1))'`,
  );

  expect(asked).toEqual({ code: 0, output: 'pending False True\n' });
});

test.each(BOTS)('the Telegram bot %s sells, and delivers what is paid', async (bot) => {
  const telegram = await startTelegramApi();
  const program = bot === 'bot.py' ? await installPythonPackages() : process.execPath;
  const end = new AbortController();
  const settings = `export TELEGRAM_BOT_TOKEN=${telegram.token} TELEGRAM_API_URL=${telegram.url} ASK_EVERY_SECONDS=0.2`;
  const started = `${settings} ORDERS_FILE=${bot}.sqlite; exec '${program}' '${join(PROJECT, 'lambda/bot/telegram', bot)}'`;
  const ended = inSecondTerminal(started, folder, end.signal).catch((reason) => reason);

  telegram.write(12345, '/buy');
  await vi.waitFor(() => expect(telegram.textsTo(12345)).toHaveLength(1), SOON);
  const [recordId] = /\d+/.exec(telegram.textsTo(12345)[0] ?? '') ?? [];
  const printed = (name: string) => new RegExp(`${name}=(\\S+)`).exec(commands)?.[1] ?? '';
  const records = `${printed('NOCODB_API_URL')}/api/v2/tables/${printed('NOCODB_TABLE_ID')}/records`;
  const { status } = await fetch(records, {
    method: 'PATCH',
    headers: { 'xc-token': printed('NOCODB_API_TOKEN'), 'content-type': 'application/json' },
    body: JSON.stringify({ Id: Number(recordId), Paid: true }),
  });

  expect(status).toBe(200);
  await vi.waitFor(() => expect(telegram.textsTo(12345)[1]).toContain('Your voucher: '), SOON);
  end.abort();
  await ended;
});
