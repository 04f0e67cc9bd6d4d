import type { TickReport } from '../tracker/gate.ts';

/** What a tick leaves in the control item: an update expression, and the values that it and its condition use. */
export function finishUpdate(report: TickReport) {
  const { owner, now, error, empty, lastSuccessAt, source } = report;
  const remembered: Record<string, unknown> = {
    cursor: report.cursor,
    round: report.round,
    bulkList: report.bulkList,
    audit: report.audit,
    lastError: error && { ...error, at: now },
  };
  const known = Object.entries(remembered).filter(([, value]) => value !== undefined);
  const unknown = Object.keys(remembered).filter((name) => remembered[name] === undefined);
  const set: Record<string, unknown> = {
    nextAllowedAt: report.nextAllowedAt,
    intervalSeconds: report.intervalSeconds,
    pending: report.pending,
    usersUpdated: report.usersUpdated,
    lastTickAt: now,
    lastOwner: owner,
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    ...(source !== undefined && { source }),
    ...(!empty && { emptyTicks: 0 }),
    ...Object.fromEntries(known),
  };
  // Empty ticks are added to, not set: somebody may have woken the loop by a 0 since this tick began.
  const add: Record<string, unknown> = { ...report.counters, ...(empty && { emptyTicks: 1 }) };
  const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
  const additions = Object.keys(add).map((name) => `#${name} :${name}`);
  const removals = ['owner', ...unknown].map((name) => `#${name}`);
  const values = Object.entries({ ...set, ...add, owner }).map(([name, value]) => [`:${name}`, value]);
  return {
    update: `SET ${assignments.join(', ')} REMOVE ${removals.join(', ')} ADD ${additions.join(', ')}`,
    values: Object.fromEntries(values) as Record<string, unknown>,
  };
}
