import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of Linux in a second, for all that `/proc` counts (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** With that of children that have ended; seconds. */
  readonly cpuSeconds: number;
}

/**
 * How much CPU time a process and its descendants have used so far, seconds.
 *
 * @returns `undefined` where there is no Linux `/proc`
 */
export function cpuSecondsOf(root: number): number | undefined {
  const processes = readProcesses();
  if (processes === undefined) return undefined;
  const tree = [root];
  for (const pid of tree) {
    tree.push(...processes.filter(({ parent }) => parent === pid).map((child) => child.pid));
  }
  const used = processes.filter(({ pid }) => tree.includes(pid)).map(({ cpuSeconds }) => cpuSeconds);
  return used.reduce((sum, seconds) => sum + seconds, 0);
}

function readProcesses(): Process[] | undefined {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readProcess(Number(name)) ?? []);
  } catch {
    return undefined; // Another operating system: the table says that the figure is unknown.
  }
}

/** See proc_pid_stat(5). The command's name is in parentheses and may contain any character. */
function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
    return { pid, parent, cpuSeconds: ticks / TICKS_PER_SECOND };
  } catch {
    return undefined; // It has ended since the folder was listed.
  }
}
