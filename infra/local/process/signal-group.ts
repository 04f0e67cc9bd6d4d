/**
 * Signals every process of a group.
 *
 * @param leader process id of the leader, which is the id of the group
 * @param signal 0 sends no signal and only checks whether the group has processes
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
