import { coded, hookNotFound } from '../errors/api-error.ts';
import type { Column } from '../table/columns.ts';
import type { Dialect } from '../table/dialect.ts';
import { compileWhere, type Matcher } from '../table/where.ts';
import type { Delivery, Notification } from './delivery.ts';
import { type Hook, type HookBody, type HookFilter, parseHook, parseHookFilter } from './hook.ts';
import { eventRows, type TableChange } from './hook-event.ts';

/** The webhooks of the table. The methods throw an `ApiError` where NocoDB refuses. */
export interface Hooks {
  list(): readonly Hook[];
  create(body: HookBody): Hook;
  /** Replaces a webhook; the body holds all of its properties, as in NocoDB. */
  change(id: string, body: HookBody): Hook;
  remove(id: string): void;
  filters(id: string): readonly HookFilter[];
  addFilter(id: string, body: HookBody): HookFilter;
  /** Sends a change to the webhooks that it concerns, without waiting for their responses. */
  fire(change: TableChange): void;
  /** The events sent so far. */
  readonly deliveries: readonly Delivery[];
  /** Resolves when no event is being sent. */
  settled(): Promise<void>;
}

export interface HooksContext {
  readonly baseId: string;
  readonly tableId: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly dialect: Dialect;
  /** Makes UUIDs. */
  readonly newId: () => string;
  /** Sends an event. */
  readonly deliver: (notification: Notification, event: unknown) => Promise<Delivery>;
}

interface Entry {
  readonly hook: Hook;
  readonly filters: readonly HookFilter[];
}

export function createHooks(context: HooksContext): Hooks {
  const { baseId, tableId, title, newId, deliver } = context;
  const entries = new Map<string, Entry>();
  const deliveries: Delivery[] = [];
  const underWay = new Set<Promise<void>>();
  const shortId = (prefix: string) => prefix + newId().replaceAll('-', '').slice(0, 14);

  function entryOf(id: string): Entry {
    const entry = entries.get(id);
    if (entry === undefined) throw hookNotFound(id);
    return entry;
  }

  function send({ notification }: Hook, event: unknown): void {
    const sending = deliver(JSON.parse(notification), event).then((delivery) => {
      deliveries.push(delivery);
      underWay.delete(sending);
    });
    underWay.add(sending);
  }

  return {
    list: () => [...entries.values()].map(({ hook }) => hook),
    create(body) {
      const hook = parseHook(body, { id: shortId('hk'), base_id: baseId, fk_model_id: tableId });
      entries.set(hook.id, { hook, filters: [] });
      return hook;
    },
    change(id, body) {
      const entry = entries.get(id);
      if (entry === undefined) throw coded(404, 'ERR_GENERIC_NOT_FOUND', `Webhook '${id}' not found`);
      const hook = parseHook(body, entry.hook);
      entries.set(id, { ...entry, hook });
      return hook;
    },
    remove(id) {
      entryOf(id);
      entries.delete(id);
    },
    filters: (id) => entryOf(id).filters,
    addFilter(id, body) {
      const entry = entryOf(id);
      const filter = parseHookFilter(body, { id: shortId('fi'), fk_hook_id: id });
      entries.set(id, { ...entry, filters: [...entry.filters, filter] });
      return filter;
    },
    fire(change) {
      for (const entry of entries.values()) {
        const rows = eventRows(entry.hook, change, conditionOf(entry, context), context.columns);
        if (rows === undefined) continue;
        const data = { table_id: tableId, table_name: title, ...rows };
        const type = `records.after.${change.kind}`;
        send(entry.hook, { type, id: newId(), base_id: baseId, version: 'v3', data });
      }
    },
    deliveries,
    async settled() {
      await Promise.all(underWay);
    },
  };
}

/** The webhook's filters as one condition; `undefined` when it has none or does not use them. */
function conditionOf({ hook, filters }: Entry, { columns, dialect }: HooksContext): Matcher | undefined {
  if (!hook.condition || filters.length === 0) return undefined;
  const where = filters.map(({ fk_column_id, comparison_op, value, logical_op }, index) => {
    const separator = index === 0 ? '' : `~${logical_op ?? 'and'}`;
    return `${separator}(${fk_column_id},${comparison_op}${value === null ? '' : `,${value}`})`;
  });
  return compileWhere(where.join(''), columns, dialect);
}
