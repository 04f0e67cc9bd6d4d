import { spawn } from 'node:child_process';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Ends the command, and what it has started, when aborted. */
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** Exit code; `null` when a signal ended it. */
  readonly code: number | null;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

/**
 * Runs a command to its end. A command that does not exist has the code 127, as in a shell. Throws the signal's reason
 * once an aborted command has ended.
 */
export type RunCommand = (command: Command) => Promise<CommandResult>;

/** {@link RunCommand} on this machine, in a process group of its own. Nothing is read from the terminal. */
export const runCommand: RunCommand = (command) =>
  new Promise((resolve, reject) => {
    const { file, args, env, cwd, signal } = command;
    signal?.throwIfAborted();
    const child = spawn(file, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const end = () => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGTERM');
    };
    signal?.addEventListener('abort', end);
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ code: 127, output: `${file}: command not found` });
      else reject(error);
    });
    // Its output closes when everything that it has started has ended, too.
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code, output });
    });
  });

/**
 * Signals every process of a group.
 *
 * @param leader the group's id: the process id of its leader
 * @param signal 0 signals nothing and only looks
 * @returns false when the group has no process left
 */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
