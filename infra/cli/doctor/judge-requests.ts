import type { TrackerStats } from '../../../lambda/client/index.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { formatCount } from '../console/terminal.ts';
import type { Finding } from './checks.ts';

/** The part of a quota from which on people are warned. */
const WARN_AT = 0.8;

const HINT = `Set ${VARIABLES.intervalSeconds}=webhook, lengthen the interval, or upgrade the plan of the workspace`;

/** Compares the requests of the tracker with those that the plan of NocoDB Cloud allows in a month. */
export function judgeRequests({ requests }: TrackerStats, quota: number): readonly Finding[] {
  return [ofThisMonth(requests.thisMonth, quota), ...ofInterval(requests.perMonth, quota)];
}

function ofThisMonth(used: number, quota: number): Finding {
  const text = `${formatCount(used)} of ${formatCount(quota)} requests this month, by ticks`;
  return used < WARN_AT * quota ? { outcome: 'ok', text } : { outcome: 'note', text, hint: HINT };
}

function ofInterval(needed: number | null, quota: number): readonly Finding[] {
  if (needed === null || needed < WARN_AT * quota) return [];
  const text = `a whole month of waiting payments needs about ${formatCount(needed)} of ${formatCount(quota)} requests`;
  return [{ outcome: 'note', text, hint: HINT }];
}
