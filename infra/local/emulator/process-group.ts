import { type ChildProcess, spawn } from 'node:child_process';
import type { WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup } from '../process/signal-group.ts';

export interface ProcessGroup {
  readonly pid: number;
  /** Resolves with what the group's leader ended with: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** Calls back for every line the group writes to its output. */
  onLine(listener: (line: string) => void): void;
  /** Ends every process of the group: asks, and after `grace` milliseconds insists. */
  stop(grace?: number): Promise<void>;
}

export interface ProcessGroupOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Everything the group prints goes here. */
  readonly log: WriteStream;
}

/**
 * Starts a command as the leader of a process group of its own, so that its children can be ended with it and a
 * terminal's Ctrl-C does not reach it before we are ready. Its standard input stays open as long as we live.
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
