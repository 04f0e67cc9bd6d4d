import { type Counters, NO_COUNTERS } from '../tracker/gate.ts';
import type { Control } from '../tracker/payment-store.ts';
import type { DocumentTable, Item } from './document-table.ts';
import { LayoutTooNewError } from './errors.ts';
import { CONTROL_KEY } from './keys.ts';
import { LAYOUT_VERSION } from './layout.ts';

/** The names of the counters, each an attribute of its own so that an update can add to it. */
const COUNTERS = Object.keys(NO_COUNTERS) as (keyof Counters)[];

/** Attributes that are read as they were written. */
const REMEMBERED = [
  'lastSuccessAt',
  'blockedUntil',
  'cursor',
  'bulkList',
  'round',
  'audit',
  'source',
  'lastTickAt',
  'intervalSeconds',
  'pending',
  'usersUpdated',
  'lastError',
] as const satisfies readonly (keyof Control)[];

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

/**
 * Reads the control item. Eventually consistent.
 *
 * @throws {LayoutTooNewError} when the table was written by a newer version
 * @throws {TableUnavailableError}
 */
export async function readControl(table: DocumentTable): Promise<Control> {
  const operation = 'read control item';
  const item = await table.get(operation, CONTROL_KEY);
  checkLayout(item, operation);
  return toControl(item);
}

/** @throws {LayoutTooNewError} when an item is of a layout that this code does not know */
export function checkLayout(item: Item | undefined, operation: string): void {
  const layout = (item?.layout as number | undefined) ?? LAYOUT_VERSION;
  if (layout <= LAYOUT_VERSION) return;
  throw new LayoutTooNewError({
    operation,
    target: 'control item of the payments table',
    problem: `the table has layout ${layout}, and this version of the tracker knows layouts up to ${LAYOUT_VERSION}`,
    wayOut: 'Deploy the newer version of the tracker again; the older one would misread the payments.',
  });
}
