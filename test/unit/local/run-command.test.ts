import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runCommand } from '../../../infra/local/process/run-command.ts';

function bash(script: string, signal?: AbortSignal) {
  return runCommand({ file: 'bash', args: ['-c', script], ...(signal && { signal }) });
}

test('a command gives its exit code and everything it printed', async () => {
  const { code, output } = await bash('echo one; echo two >&2; exit 3');

  expect(code).toBe(3);
  expect(output.split('\n').sort()).toEqual(['', 'one', 'two']);
});

test('a command that does not exist has the code of a shell for it', async () => {
  const { code, output } = await runCommand({ file: 'no-such-command', args: [] });

  expect(code).toBe(127);
  expect(output).toContain('no-such-command');
});

test('an aborted command has ended, with what it had started, before the caller goes on', async () => {
  const abort = new AbortController();
  const running = bash('sleep 300 & wait', abort.signal);
  await sleep(200);
  abort.abort(new Error('enough'));

  await expect(running).rejects.toThrow('enough');
});

test('a command is not started for a caller who has given up already', async () => {
  await expect(bash('exit 0', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
