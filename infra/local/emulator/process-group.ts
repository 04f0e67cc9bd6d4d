import { type ChildProcess, spawn } from 'node:child_process';
import type { WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from '../process/signal-group.ts';

export interface ProcessGroup {
  readonly pid: number;
  /** Resolves when the leader of the group has ended, with how: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** Calls `listener` for every line that the group prints. */
  onLine(listener: (line: string) => void): void;
  /** Ends every process of the group: with SIGTERM, and with SIGKILL after `grace` milliseconds. */
  stop(grace?: number): Promise<void>;
}

export interface ProcessGroupOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Receives everything that the group prints. */
  readonly log: WriteStream;
}

/**
 * Starts a command as the leader of its own process group. So its children can be ended with it, and Ctrl-C in a
 * terminal does not reach it first. Its standard input stays open until this process ends.
 */
export function startProcessGroup(options: ProcessGroupOptions): Promise<ProcessGroup> {
  const { file, args, env, log } = options;
  const child = spawn(file, args, { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const listeners: ((line: string) => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log.write(chunk);
      for (const line of chunk.toString().split('\n')) for (const listener of listeners) listener(line);
    });
  }
  const ended = endOf(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      const pid = child.pid as number;
      resolve({
        pid,
        ended,
        onLine: (listener) => listeners.push(listener),
        stop: (grace = 3000) => stopGroup(pid, grace),
      });
    });
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
}

async function stopGroup(pid: number, grace: number): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return;
  for (const deadline = Date.now() + grace; Date.now() < deadline; ) {
    await sleep(50);
    if (!signalGroup(pid, 0)) return;
  }
  signalGroup(pid, 'SIGKILL');
}
