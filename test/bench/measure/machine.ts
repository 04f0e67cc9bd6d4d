import { availableParallelism, cpus, loadavg, totalmem, type } from 'node:os';
import { RELEASES } from '../../nocodb/real/release.ts';

/** The machine that figures were measured on. */
export interface Machine {
  /** ISO date. */
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly nocodb: string;
  /** Processes that wanted a core in the last minutes, with those of the bench. With more than `cores`, times are noisy. */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: type(),
    node: process.version,
    nocodb: RELEASES.current,
    load: loadavg()[1] ?? 0,
  };
}

/** One sentence for people. */
export function formatMachine(machine: Machine): string {
  const { date, processor, cores, memoryGigabytes, system, node, nocodb, load } = machine;
  const hardware = `${cores} cores (${processor}), ${memoryGigabytes} GB`;
  return `Measured on ${date}: ${hardware}, ${system}, Node ${node}, NocoDB ${nocodb}, load ${load.toFixed(1)}.`;
}
