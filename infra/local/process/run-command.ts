import { spawn } from 'node:child_process';
import { signalGroup } from './signal-group.ts';

/** A command to run on this machine. */
export interface ProcessCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** @default the working directory of this process */
  readonly cwd?: string;
  /** Ends the command and the processes that it started. */
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** Exit code; `null` if a signal ended the command. */
  readonly code: number | null;
  /** Standard output and standard error, in the order in which they arrived. */
  readonly output: string;
}

/**
 * Runs a command and waits until it ends. A command that does not exist has the code 127, as in a shell. If `signal`
 * aborts, the promise rejects with its reason after the command has ended.
 */
export type RunCommand = (command: ProcessCommand) => Promise<CommandResult>;

/** Runs a command in its own process group. The command cannot read from the terminal. */
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
    // 'close', not 'exit': the output closes after the processes that the command started have ended too.
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code, output });
    });
  });
