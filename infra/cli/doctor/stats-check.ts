import type { TrackerStats } from '../../../lambda/client/index.ts';
import { TrackerError } from '../../../lambda/tracker/errors.ts';
import { CommandError } from '../console/errors.ts';
import type { Check, Finding } from './checks.ts';

/** A check of what the tracker says about itself. Before the deployment there is no table to read: that is no fault. */
export function statsCheck(
  title: string,
  readStats: () => Promise<TrackerStats>,
  judge: (stats: TrackerStats) => readonly Finding[],
): Check {
  return {
    title,
    async run() {
      try {
        return judge(await readStats());
      } catch (error) {
        if (!(error instanceof CommandError || error instanceof TrackerError)) throw error;
        const hint = error.message.replace(/\.$/, '');
        return [{ outcome: 'note', text: 'the payments table was not read', hint }];
      }
    },
  };
}
