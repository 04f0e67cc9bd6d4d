import { type Counters, NO_COUNTERS, type TickReport } from '../tracker/control-state.ts';
import type { Control } from '../tracker/payment-store.ts';
import type { Item } from './document-table.ts';

/** The names of the counters. Each is an attribute, so that an update can add to it. */
const COUNTERS = Object.keys(NO_COUNTERS) as (keyof Counters)[];

/** Attributes that are read as they were written. */
const REMEMBERED = [
  'lastSuccessAt',
  'blockedUntil',
  'bulkList',
  'batchSize',
  'acceptedId',
  'sweep',
  'sweptAt',
  'isPartial',
  'news',
  'newcomers',
  'audit',
  'withoutV2Since',
  'givenUp',
  'held',
  'month',
  'watched',
  'source',
  'lastTickAt',
  'wokenAt',
  'unreported',
  'reportedAt',
  'intervalSeconds',
  'pending',
  'usersUpdated',
  'lastError',
] as const satisfies readonly (keyof Control)[];

/** Attributes of layout 1, which are removed. */
const OUTDATED = ['cursor', 'round'];

/** The control state in an item; that of a new tracker when there is none. */
export function toControl(item: Item = {}): Control {
  const remembered = REMEMBERED.filter((name) => item[name] !== undefined).map((name) => [name, item[name]]);
  const counters = COUNTERS.map((name) => [name, item[name] ?? 0]);
  return {
    ...(Object.fromEntries(remembered) as Partial<Control>),
    emptyTicks: (item.emptyTicks as number | undefined) ?? 0,
    counters: Object.fromEntries(counters) as unknown as Counters,
  };
}

/** The update at the end of a tick: an expression, and the values that it and its condition use. */
export function finishUpdate(report: TickReport) {
  const { owner, now, error, empty, lastSuccessAt, source, watched, unreported } = report;
  const remembered: Record<string, unknown> = {
    ...report.memory,
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
    ...(watched !== undefined && { watched }),
    ...(!empty && { emptyTicks: 0 }),
    ...Object.fromEntries(known),
  };
  // Added and not set: a wake-up may have reset the number of empty ticks to 0 since this tick began, and the webhook the
  // other one.
  const add: Record<string, unknown> = {
    ...report.counters,
    ...(empty && { emptyTicks: 1 }),
    ...(unreported && { unreported }),
  };
  const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
  const additions = Object.keys(add).map((name) => `#${name} :${name}`);
  const noWebhook = unreported === undefined ? ['unreported'] : [];
  const removals = ['owner', ...noWebhook, ...unknown, ...OUTDATED].map((name) => `#${name}`);
  const values = Object.entries({ ...set, ...add, owner }).map(([name, value]) => [`:${name}`, value]);
  return {
    update: `SET ${assignments.join(', ')} REMOVE ${removals.join(', ')} ADD ${additions.join(', ')}`,
    values: Object.fromEntries(values) as Record<string, unknown>,
  };
}
