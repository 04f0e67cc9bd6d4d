import { randomUUID } from 'node:crypto';
import { deliver } from './hooks/delivery.ts';
import { createHooks, type Hooks, type HooksContext } from './hooks/hooks.ts';
import { type Column, type ColumnDefinition, PAYMENT_COLUMNS, withSystemColumns } from './table/columns.ts';
import type { Dialect, Row } from './table/dialect.ts';
import { createRecordStore, type RecordStore } from './table/record-store.ts';

/** The one table of the demo: its records, its columns and its webhooks. */
export interface DemoTable {
  readonly baseId: string;
  readonly tableId: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly dialect: Dialect;
  readonly store: RecordStore;
  readonly hooks: Hooks;
  /**
   * Creates records as one call of the API does, and fires webhooks.
   *
   * @param isBulk whether the body of the call is a list, even with one record
   * @returns the new ids
   */
  insert(records: readonly Readonly<Record<string, unknown>>[], isBulk: boolean): number[];
  /** Changes records as one call of the API does: each webhook sends one event. @returns the changed rows */
  update(changes: readonly RecordChange[]): Row[];
}

export interface RecordChange {
  readonly id: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * @param now the clock, epoch milliseconds
 * @param ofHooks how webhooks get their ids and send their events
 */
export function createDemoTable(
  dialect: Dialect,
  definitions: readonly ColumnDefinition[] = PAYMENT_COLUMNS,
  now: () => number = Date.now,
  ofHooks: Pick<HooksContext, 'newId' | 'deliver'> = { newId: randomUUID, deliver },
): DemoTable {
  const names = { baseId: 'pdemoshop000000', tableId: 'mdemopayments00', title: 'Payments' };
  const columns = withSystemColumns(definitions);
  const store = createRecordStore(columns, dialect, now);
  const hooks = createHooks({ ...names, columns, dialect, ...ofHooks });
  return {
    ...names,
    columns,
    dialect,
    store,
    hooks,
    insert(records, isBulk) {
      const ids = store.insert(records);
      const rows = ids.map((id) => store.get(id)).filter((row) => row !== undefined);
      hooks.fire({ kind: 'insert', rows, isBulk });
      return ids;
    },
    update(changes) {
      const done = changes.flatMap(({ id, values }) => store.update(id, values) ?? []);
      hooks.fire({ kind: 'update', changes: done });
      return done.map(({ after }) => after);
    },
  };
}
