import { plain } from '../errors/api-error.ts';

/** A webhook, in NocoDB's form. */
export interface Hook {
  readonly id: string;
  readonly base_id: string;
  readonly fk_model_id: string;
  readonly title: string;
  readonly event: string;
  /** `insert`, `update` or both. */
  readonly operation: readonly string[];
  readonly version: string;
  readonly active: boolean;
  /** Whether the webhook uses its filters. */
  readonly condition: boolean;
  /** JSON in a text. */
  readonly notification: string;
  /** Ids of the columns whose changes fire the webhook; empty: any. */
  readonly trigger_fields: readonly string[];
}

/** One condition of a webhook, in NocoDB's form. */
export interface HookFilter {
  readonly id: string;
  readonly fk_hook_id: string;
  readonly fk_column_id: string;
  readonly comparison_op: string;
  readonly value: string | null;
  /** How it is joined to the previous filter; `null` means `and`. */
  readonly logical_op: 'and' | 'or' | null;
}

export type HookBody = Readonly<Record<string, unknown>>;

/** The only body template that the demo supports: the event as it is. */
const EVENT_TEMPLATE = '{{ json event }}';

/** Reads a webhook from a request. @throws {ApiError} 400 for another version; 501 for what the demo does not support */
export function parseHook(body: HookBody, names: Pick<Hook, 'id' | 'base_id' | 'fk_model_id'>): Hook {
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
    trigger_fields: Array.isArray(body.trigger_fields) ? body.trigger_fields.map(String) : [],
  };
}

/** Reads a condition from a request. */
export function parseHookFilter(body: HookBody, names: Pick<HookFilter, 'id' | 'fk_hook_id'>): HookFilter {
  return {
    id: names.id,
    fk_hook_id: names.fk_hook_id,
    fk_column_id: String(body.fk_column_id),
    comparison_op: String(body.comparison_op),
    value: body.value === undefined || body.value === null ? null : String(body.value),
    logical_op: body.logical_op === 'and' || body.logical_op === 'or' ? body.logical_op : null,
  };
}
