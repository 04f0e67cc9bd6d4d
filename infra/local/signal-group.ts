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
