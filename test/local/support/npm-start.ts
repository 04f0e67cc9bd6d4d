import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { signalGroup } from '../../../infra/local/run-command.ts';
import { variableNames } from '../../../lambda/settings/read-settings.ts';

const PROJECT = join(import.meta.dirname, '../../..');

/** Nothing configured, whatever the environment or a `.env` of this machine says: blank counts as not set. */
const NOTHING = Object.fromEntries(['AWS_ENDPOINT_URL', ...variableNames('start')].map((name) => [name, '']));

/** A running `npm start`. */
export interface NpmStart {
  /** What it has printed to standard output, and to standard error. */
  readonly output: string;
  readonly errors: string;
  /** Resolves with what the pattern finds in the output; rejects when it ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its processes at this moment: npm, everything it started, and everything those started. */
  processes(): number[];
  /** Presses Ctrl-C: a terminal signals the whole process group in its foreground. */
  pressCtrlC(): void;
  /** Asks npm to end, as `kill` does and whoever supervises it. */
  terminate(): void;
  /** Ends it for good, whatever has become of it. */
  kill(): void;
  /** Resolves with its exit code, or with the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Runs `npm start` with these variables and arguments. */
export function npmStart(
  variables: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): NpmStart {
  const child = spawn('npm', ['start', '--silent', ...(args.length > 0 ? ['--', ...args] : [])], {
    cwd: PROJECT,
    env: { ...process.env, ...NOTHING, ...variables },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    get output() {
      return output;
    },
    get errors() {
      return errors;
    },
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output);
          if (found !== null) resolve(found);
        };
        child.stdout.on('data', look);
        ended.then(() => reject(new Error(`npm start ended without ${pattern}:\n${output}${errors}`)));
        look();
      }),
    processes: () => descendants(pidOf(child)),
    pressCtrlC: () => void signalGroup(pidOf(child), 'SIGINT'),
    terminate: () => void child.kill('SIGTERM'),
    kill: () => void signalGroup(pidOf(child), 'SIGKILL'),
  };
}

/** Which of these processes are still running. */
export function running(pids: readonly number[]): number[] {
  const alive = new Set(processTable().map(({ pid }) => pid));
  return pids.filter((pid) => alive.has(pid));
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('npm was not started');
  return child.pid;
}

function descendants(ancestor: number): number[] {
  const table = processTable();
  const found = [ancestor];
  for (const pid of found) {
    found.push(...table.filter(({ parent }) => parent === pid).map((child) => child.pid));
  }
  return found;
}

/** Every process of this machine that has not ended. Ended ones whose parent has not noticed yet do not count. */
function processTable(): { pid: number; parent: number }[] {
  return execFileSync('ps', ['-Ao', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith('Z'))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}
