import { coded, hookNotFound, plain } from './api-error.ts';
import type { Change, Column } from './record-store.ts';
import type { Dialect, Row } from './sqlite.ts';
import { compileWhere, type Matcher } from './where.ts';

type Body = Readonly<Record<string, unknown>>;

/** The webhooks of the table. The methods throw an `ApiError` where NocoDB refuses. */
export interface Hooks {
  list(): readonly Hook[];
  create(body: Body): Hook;
  /** Takes the whole webhook again, as NocoDB does. */
  change(id: string, body: Body): Hook;
  remove(id: string): void;
  filters(id: string): readonly HookFilter[];
  addFilter(id: string, body: Body): HookFilter;
  /** Tells the webhooks that have a part in it; answers are not waited for. */
  fire(occurrence: Occurrence): void;
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
  /** Makes UUIDs. */
  readonly newId: () => string;
}

interface Entry {
  readonly hook: Hook;
  readonly filters: readonly HookFilter[];
}

export function createHooks(context: HooksContext): Hooks {
  const { baseId, tableId, title, newId } = context;
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
    fire(occurrence) {
      for (const entry of entries.values()) {
        const rows = eventRows(entry.hook, occurrence, conditionOf(entry, context));
        if (rows === undefined) continue;
        const data = { table_id: tableId, table_name: title, ...rows };
        const type = `records.after.${occurrence.kind}`;
        send(entry.hook, { type, id: newId(), base_id: baseId, version: 'v3', data });
      }
    },
    deliveries,
    async settled() {
      await Promise.all(underWay);
    },
  };
}

/** The webhook's filters as one condition; undefined when there are none, or they do not count. */
function conditionOf({ hook, filters }: Entry, { columns, dialect }: HooksContext): Matcher | undefined {
  if (!hook.condition || filters.length === 0) return undefined;
  const where = filters.map(({ fk_column_id, comparison_op, value, logical_op }, index) => {
    const tie = index === 0 ? '' : `~${logical_op ?? 'and'}`;
    return `${tie}(${fk_column_id},${comparison_op}${value === null ? '' : `,${value}`})`;
  });
  return compileWhere(where.join(''), columns, dialect);
}

/** A webhook, in NocoDB's form; its notification is JSON in a text. */
export interface Hook {
  readonly id: string;
  readonly base_id: string;
  readonly fk_model_id: string;
  readonly title: string;
  readonly event: string;
  /** `insert` and `update` fire. */
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
  /** How it is tied to the one before it; `null` means `and`. */
  readonly logical_op: 'and' | 'or' | null;
}

/** The one body template that the demo renders: the event as it is. */
const EVENT_TEMPLATE = '{{ json event }}';

/** Reads a webhook out of a request. @throws {ApiError} 400 for another version; 501 for what the demo cannot do */
export function parseHook(body: Body, names: Pick<Hook, 'id' | 'base_id' | 'fk_model_id'>): Hook {
  if (body.version !== 'v3') throw plain(400, 'hook version is deprecated / not supported anymore');
  const { notification } = body as { notification?: { payload?: { body?: unknown } } };
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

/** Reads a condition out of a request. */
export function parseHookFilter(body: Body, names: Pick<HookFilter, 'id' | 'fk_hook_id'>): HookFilter {
  return {
    id: names.id,
    fk_hook_id: names.fk_hook_id,
    fk_column_id: String(body.fk_column_id),
    comparison_op: String(body.comparison_op),
    value: body.value === undefined || body.value === null ? null : String(body.value),
    logical_op: body.logical_op === 'and' || body.logical_op === 'or' ? body.logical_op : null,
  };
}

/** What one call of the API did to the records. */
export type Occurrence =
  | { readonly kind: 'insert'; readonly rows: readonly Row[]; readonly isBulk: boolean }
  | { readonly kind: 'update'; readonly changes: readonly Change[] };

/** The rows that an event tells of. */
export interface EventRows {
  /** All records of the call as they were, so not always as many as `rows`. Absent for inserts. */
  readonly previous_rows?: readonly Row[];
  readonly rows: readonly Row[];
}

/**
 * What a webhook tells of an occurrence.
 *
 * @param matches the webhook's condition; undefined when it has none
 * @returns undefined when it keeps silent
 */
export function eventRows(
  { active, operation }: Hook,
  occurrence: Occurrence,
  matches: Matcher | undefined,
): EventRows | undefined {
  if (!active || !operation.includes(occurrence.kind)) return undefined;
  const told = occurrence.kind === 'insert' ? ofInsert(occurrence, matches) : ofUpdate(occurrence, matches);
  return told.rows.length > 0 ? told : undefined;
}

function ofInsert(
  { rows, isBulk }: Occurrence & { kind: 'insert' },
  matches: Matcher | undefined,
): EventRows {
  if (matches === undefined) return { rows };
  // NocoDB 0.301.3 is silent about records that were inserted as a list, whatever the condition.
  return { rows: isBulk ? [] : rows.filter(matches) };
}

function ofUpdate({ changes }: Occurrence & { kind: 'update' }, matches: Matcher | undefined): EventRows {
  const previous_rows = changes.map(({ before }) => before);
  // Only those that came to match: neither a later edit of a paid record nor a second tick fires.
  const news = changes.filter(
    ({ before, after }) => matches === undefined || (matches(after) && !matches(before)),
  );
  return { previous_rows, rows: news.map(({ after }) => after) };
}

/** Where and how a webhook sends, as its notification says. */
export interface Notification {
  readonly payload: {
    readonly method: string;
    /** The URL. */
    readonly path: string;
    readonly headers?: readonly {
      readonly name: string;
      readonly value: string;
      readonly enabled: boolean;
    }[];
  };
}

/** What became of a webhook's message. NocoDB does not send again. */
export interface Delivery {
  readonly url: string;
  readonly event: unknown;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Why no answer came. */
  readonly error?: string;
}

/** How long NocoDB waits for an answer, milliseconds. */
const ANSWER_WITHIN = 60_000;

/** Sends an event once. Never throws: what went wrong is a part of the delivery. */
export async function deliver({ payload }: Notification, event: unknown): Promise<Delivery> {
  const url = payload.path;
  const own = (payload.headers ?? [])
    .filter(({ enabled }) => enabled)
    .map(({ name, value }) => [name, value]);
  try {
    const response = await fetch(url, {
      method: payload.method,
      headers: { ...Object.fromEntries(own), 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    await response.arrayBuffer();
    return { url, event, status: response.status };
  } catch (error) {
    return { url, event, status: 0, error: String(error) };
  }
}
