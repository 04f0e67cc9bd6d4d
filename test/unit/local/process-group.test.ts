import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ProcessGroup, startProcessGroup } from '../../../infra/local/emulator/process-group.ts';

async function start(script: string): Promise<{ group: ProcessGroup; logFile: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'process-group-test-'));
  const logFile = join(folder, 'log');
  const log = createWriteStream(logFile);
  await once(log, 'open');
  const group = await startProcessGroup({ file: 'bash', args: ['-c', script], env: process.env, log });
  onTestFinished(async () => {
    await group.stop(0);
    log.destroy();
    await rm(folder, { recursive: true });
  });
  return { group, logFile };
}

function firstLine(group: ProcessGroup): Promise<string> {
  return new Promise((resolve) => group.onLine(resolve));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('stopping ends the children of the command too', async () => {
  const { group } = await start('sleep 300 & echo $!; wait');
  const child = Number(await firstLine(group));

  await group.stop();

  await expect.poll(() => isAlive(child)).toBe(false);
  expect(await group.ended).toBe('signal SIGTERM');
});

test('a command that ignores the request to end is killed', async () => {
  const { group } = await start('trap "" TERM; echo ready; while true; do sleep 0.1; done');
  await firstLine(group);

  await group.stop(200);

  expect(await group.ended).toBe('signal SIGKILL');
});

test('what the command prints is in its log, and its exit code is told', async () => {
  const { group, logFile } = await start('echo to output; echo to error >&2; exit 3');

  expect(await group.ended).toBe('exit code 3');
  await expect
    .poll(() => readFile(logFile, 'utf8'))
    .toMatch(/to output\n.*to error\n|to error\n.*to output\n/s);
});

test('stopping a command that has ended already does nothing', async () => {
  const { group } = await start('exit 0');
  await group.ended;

  await expect(group.stop()).resolves.toBeUndefined();
});
