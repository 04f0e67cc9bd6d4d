import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How long a process may take to end before it is killed, milliseconds. */
const GRACE = 10_000;

/**
 * Ends a child process and waits until it is gone.
 *
 * @param end tells it to
 */
export async function endProcess(child: ChildProcess, end: () => void = () => child.kill()): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const killer = setTimeout(() => child.kill('SIGKILL'), GRACE);
  end();
  await exited;
  clearTimeout(killer);
}
