import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Limits of processor time apply to each period of this length, microseconds. */
const PERIOD = 20_000;

/** Linux's folder of control groups. */
const GROUPS = '/sys/fs/cgroup';

/** Where a control group is created, and how its limit is written. */
interface Controller {
  readonly parent: string;
  limit(group: string, quota: number): void;
}

/** See https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files. */
const VERSION_2: Controller = {
  parent: GROUPS,
  limit: (group, quota) => writeFileSync(join(group, 'cpu.max'), `${quota} ${PERIOD}`),
};

/** See https://docs.kernel.org/scheduler/sched-bwc.html. */
const VERSION_1: Controller = {
  parent: join(GROUPS, 'cpu'),
  limit(group, quota) {
    writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD));
    writeFileSync(join(group, 'cpu.cfs_quota_us'), String(quota));
  },
};

/**
 * Holds a process to a part of one core, as Lambda does, with a control group of Linux: of version 2, or else of version 1.
 *
 * @param share of one core, 0 to 1
 * @returns removes the group; call it when the process has ended. `undefined` where there are no control groups, or this
 *   process may not create one: nothing is limited
 */
export function limitProcessor(pid: number, share: number): (() => void) | undefined {
  const { parent, limit } = existsSync(join(GROUPS, 'cgroup.controllers')) ? VERSION_2 : VERSION_1;
  const group = join(parent, `payment-tracker-bench-${pid}`);
  const remove = () => rmdirSync(group);
  try {
    mkdirSync(group);
  } catch {
    return undefined;
  }
  try {
    limit(group, Math.round(PERIOD * share));
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
    return remove;
  } catch {
    remove();
    return undefined;
  }
}
