import { spawn } from 'node:child_process';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Ends the command when aborted. */
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** Exit code; `null` when a signal ended it. */
  readonly code: number | null;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

/** Runs a command to its end. A command that does not exist has the code 127, as in a shell. */
export type RunCommand = (command: Command) => Promise<CommandResult>;

/** {@link RunCommand} on this machine. Nothing is read from the terminal. */
export const runCommand: RunCommand = (command) =>
  new Promise((resolve, reject) => {
    const { file, args, env, cwd, signal } = command;
    const child = spawn(file, args, { env, cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ code: 127, output: `${file}: command not found` });
      else reject(error);
    });
    child.once('close', (code) => resolve({ code, output }));
  });
