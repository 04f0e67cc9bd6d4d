import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { signalGroup } from '../../../infra/local/process/signal-group.ts';
import { variableNames } from '../../../lambda/settings/read-settings.ts';

const PROJECT = join(import.meta.dirname, '../../..');

/** Overrides the environment and the `.env` of this machine. A blank variable counts as not set. */
const NOTHING = Object.fromEntries(['AWS_ENDPOINT_URL', ...variableNames('start')].map((name) => [name, '']));

/** A running `npm start`. */
export interface NpmStart {
  /** Its standard output and its standard error so far. */
  readonly output: string;
  readonly errors: string;
  /** Resolves with the first match in the output. Rejects if `npm start` ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** The process groups of its current processes: npm, all its descendants, and whatever they start from now on. */
  processGroups(): number[];
  /** Presses Ctrl-C: a terminal signals the whole process group in its foreground. */
  pressCtrlC(): void;
  /** Sends SIGTERM to npm, as `kill` and process supervisors do. */
  terminate(): void;
  /** Kills all processes of the group. */
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
    processGroups: () => groupsOf(pidOf(child)),
    pressCtrlC: () => void signalGroup(pidOf(child), 'SIGINT'),
    terminate: () => void child.kill('SIGTERM'),
    kill: () => void signalGroup(pidOf(child), 'SIGKILL'),
  };
}

/** The processes of these groups that are still running. */
export function running(groups: readonly number[]): number[] {
  return processTable()
    .filter(({ group }) => groups.includes(group))
    .map(({ pid }) => pid);
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('npm was not started');
  return child.pid;
}

/** The groups of a process and of its descendants: a child that leads its own group is in another one. */
function groupsOf(ancestor: number): number[] {
  const table = processTable();
  const family = table.filter(({ pid }) => pid === ancestor);
  for (const { pid } of family) family.push(...table.filter(({ parent }) => parent === pid));
  return [...new Set(family.map(({ group }) => group))];
}

/** All running processes of this machine, without zombies. */
function processTable(): { pid: number; parent: number; group: number }[] {
  return execFileSync('ps', ['-Ao', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => !state?.startsWith('Z'))
    .map(([pid, parent, group]) => ({ pid: Number(pid), parent: Number(parent), group: Number(group) }));
}
