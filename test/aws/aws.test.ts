import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';

const RUN = join(import.meta.dirname, 'run.ts');

/** `npm run test:aws` on the emulator, with a demo NocoDB. */
function testAws(...args: string[]) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [RUN, '--interval', '5', '--payments', '2', ...args], {
    env: { PATH, HOME, AWS_ENDPOINT_URL: inject('awsEndpoint'), NOCODB_API_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return {
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, output })),
    output: () => output,
    pressCtrlC: () => void child.kill('SIGINT'),
  };
}

test('it deploys, runs every scenario, prints what it measured, and leaves nothing', async () => {
  const { code, output } = await testAws('--minutes', '0.5', '--stack', 'TestRun').ended;

  expect(output).toMatch(/\| Ticks \/ failed \/ slots without a tick \| \d+ \/ 0 \/ \d+ \|/);
  for (const row of [
    'Gap between ticks',
    'Delay from `Paid`',
    '– with the webhook',
    'From confirmed to delivered',
  ]) {
    expect(output).toMatch(
      new RegExp(`\\| ${row}[^|]*\\| \\d+\\.\\d\\d / \\d+\\.\\d\\d / \\d+\\.\\d\\d s \\|`),
    );
  }
  expect(output).toMatch(/\| From the fault to the notification of the alarm \| \d+ s \|/);
  expect(output).toContain('nothing is left');
  expect(code).toBe(0);
}, 600_000);

test('Ctrl-C in the middle of a deployment removes what is there, and is no success', async () => {
  const run = testAws('--stack', 'TestEnded');
  await expect.poll(run.output, { timeout: 240_000, interval: 500 }).toContain('NocoDB: a demo NocoDB');

  run.pressCtrlC();
  const { code, output } = await run.ended;

  expect(output).toContain('Ended by SIGINT');
  expect(output).toContain('nothing is left');
  expect(code).toBe(1);
}, 600_000);
