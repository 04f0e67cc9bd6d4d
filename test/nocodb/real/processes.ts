import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Time to end before the process is killed. */
const KILL_TIMEOUT_MS = 10_000;

/**
 * Ends a child process and waits until it is gone.
 *
 * @param end asks the process to end @default SIGTERM
 */
export async function endProcess(child: ChildProcess, end: () => void = () => child.kill()): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const killer = setTimeout(() => child.kill('SIGKILL'), KILL_TIMEOUT_MS);
  end();
  await exited;
  clearTimeout(killer);
}
