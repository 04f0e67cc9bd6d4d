import { hookNotFound, plain } from './api-error.ts';
import type { Column } from './columns.ts';
import type { Dialect, Row } from './dialect.ts';
import { type Delivery, deliver } from './hook-delivery.ts';
import { compileWhere, type Matcher } from './matcher.ts';
import type { Change } from './record-store.ts';

/** A webhook, in NocoDB's form; its notification is JSON in a text. */
export interface Hook {
  readonly id: string;
  readonly base_id: string;
  readonly fk_model_id: string;
  readonly title: string;
  readonly event: string;
  readonly operation: readonly string[];
  readonly version: string;
  readonly active: boolean;
  /** Whether the filters count. */
  readonly condition: boolean;
  readonly notification: string;
}

/** One condition of a webhook, in NocoDB's form. */
export interface HookFilter {
  readonly id: string;
  readonly fk_hook_id: string;
  readonly fk_column_id: string;
  readonly comparison_op: string;
  readonly value: string | null;
}

/** The webhooks of the table. The methods throw an `ApiError` where NocoDB refuses. */
export interface Hooks {
  list(): readonly Hook[];
  create(body: Readonly<Record<string, unknown>>): Hook;
  change(id: string, body: Readonly<Record<string, unknown>>): Hook;
  remove(id: string): void;
  filters(id: string): readonly HookFilter[];
  addFilter(id: string, body: Readonly<Record<string, unknown>>): HookFilter;
  /** Tells every webhook whose conditions the changes came to meet; answers are not waited for. */
  fire(changes: readonly Change[]): void;
  /** What was sent so far. */
  readonly deliveries: readonly Delivery[];
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
}

export interface HooksContext {
  readonly baseId: string;
  readonly tableId: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly dialect: Dialect;
  readonly newId: () => string;
}

/** The one body template that the demo renders: the event as it is. */
const EVENT_TEMPLATE = '{{ json event }}';

export function createHooks({ baseId, tableId, title, columns, dialect, newId }: HooksContext): Hooks {
  const hooks = new Map<string, { hook: Hook; filters: HookFilter[] }>();
  const deliveries: Delivery[] = [];
  const underWay = new Set<Promise<void>>();
  const shortId = (prefix: string) => prefix + newId().replaceAll('-', '').slice(0, 14);

  function find(id: string) {
    const found = hooks.get(id);
    if (found === undefined) throw hookNotFound(id);
    return found;
  }

  function matcherOf(filters: readonly HookFilter[]): Matcher {
    const parts = filters.map(({ fk_column_id, comparison_op, value }) =>
      value === null ? `(${fk_column_id},${comparison_op})` : `(${fk_column_id},${comparison_op},${value})`,
    );
    return compileWhere(parts.join('~and'), columns, dialect);
  }

  function rowsFor(
    { hook, filters }: { hook: Hook; filters: HookFilter[] },
    changes: readonly Change[],
  ): Row[] {
    if (!hook.condition || filters.length === 0) return changes.map(({ after }) => after);
    const matches = matcherOf(filters);
    // Only those that came to match: neither a second edit of a paid record nor a second tick fires.
    return changes
      .filter(({ before, after }) => matches(after) && !matches(before))
      .map(({ after }) => after);
  }

  return {
    list: () => [...hooks.values()].map(({ hook }) => hook),
    create(body) {
      const hook = parseHook(body, { id: shortId('hk'), base_id: baseId, fk_model_id: tableId });
      hooks.set(hook.id, { hook, filters: [] });
      return hook;
    },
    change(id, body) {
      const found = find(id);
      const { notification, ...rest } = found.hook;
      const hook = parseHook(
        { ...rest, notification: JSON.parse(notification), ...body, id, version: body.version },
        found.hook,
      );
      hooks.set(id, { ...found, hook });
      return hook;
    },
    remove(id) {
      find(id);
      hooks.delete(id);
    },
    filters: (id) => find(id).filters,
    addFilter(id, body) {
      const filter = {
        id: shortId('fi'),
        fk_hook_id: id,
        fk_column_id: String(body.fk_column_id),
        comparison_op: String(body.comparison_op),
        value: body.value === undefined || body.value === null ? null : String(body.value),
      };
      matcherOf([filter]);
      find(id).filters.push(filter);
      return filter;
    },
    fire(changes) {
      for (const entry of hooks.values()) {
        const rows = rowsFor(entry, changes);
        if (rows.length === 0 || !entry.hook.active || !entry.hook.operation.includes('update')) continue;
        const previous = changes.map(({ before }) => before);
        const event = {
          type: 'records.after.update',
          id: newId(),
          base_id: baseId,
          version: 'v3',
          data: { table_id: tableId, table_name: title, previous_rows: previous, rows },
        };
        const sending = deliver(JSON.parse(entry.hook.notification), event)
          .then((delivery) => void deliveries.push(delivery))
          .finally(() => underWay.delete(sending));
        underWay.add(sending);
      }
    },
    deliveries,
    async settled() {
      await Promise.all(underWay);
    },
  };
}

function parseHook(
  body: Readonly<Record<string, unknown>>,
  names: Pick<Hook, 'id' | 'base_id' | 'fk_model_id'>,
): Hook {
  if (body.version !== 'v3') throw plain(400, 'hook version is deprecated / not supported anymore');
  const notification =
    typeof body.notification === 'string' ? JSON.parse(body.notification) : body.notification;
  if (notification?.payload?.body !== EVENT_TEMPLATE) {
    throw plain(
      501,
      `The demo NocoDB sends ${EVENT_TEMPLATE} as the body of a webhook, and no other template.`,
    );
  }
  return {
    id: names.id,
    base_id: names.base_id,
    fk_model_id: names.fk_model_id,
    title: String(body.title),
    event: String(body.event),
    operation: Array.isArray(body.operation) ? body.operation.map(String) : [],
    version: 'v3',
    active: Boolean(body.active),
    condition: Boolean(body.condition),
    notification: JSON.stringify(notification),
  };
}
