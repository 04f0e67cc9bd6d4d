import type { ApiCall } from '../../../lambda/nocodb/client.ts';
import { parseJson } from '../../../lambda/nocodb/error-response.ts';
import { asList, asObject, UnexpectedShapeError } from '../../../lambda/nocodb/read-response.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import { AccessDeniedError } from '../../../lambda/tracker/errors.ts';
import { SECRET_HEADER } from '../../../lambda/webhook/secret-check.ts';
import type { NocoDbAccess } from './nocodb-access.ts';

/** What NocoDB's pages show for a webhook of ours. Webhooks are found again by their URL, not by this. */
const TITLE = 'payment-tracker';

/** A webhook of the table. */
export interface Webhook {
  readonly id: string;
  /** Where it posts to. */
  readonly url: string;
}

export interface NewWebhook {
  readonly url: string;
  readonly secret: string;
  /** Id of the paid field. */
  readonly paidFieldId: string;
}

/**
 * The webhooks of the configured table, through NocoDB's v2 meta API. The token's user has to be a creator of the base
 * (measured on 0.301.3).
 */
export class Webhooks {
  readonly #nocodb: NocoDbAccess;

  constructor(nocodb: NocoDbAccess) {
    this.#nocodb = nocodb;
  }

  /** @throws {TrackerError} */
  list(): Promise<readonly Webhook[]> {
    return this.#call('list the webhooks', 'GET', this.#hooksOfTable, undefined, (answer) =>
      asList(asObject(answer, 'the answer').list, 'the list').map(readWebhook),
    );
  }

  /**
   * Adds a webhook that fires when a record becomes paid. It is inactive until its condition is complete, so that it
   * never fires for other records; when a step fails, it is taken away again.
   *
   * @throws {TrackerError}
   */
  async add({ url, secret, paidFieldId }: NewWebhook): Promise<Webhook> {
    const hook = definition(url, secret);
    const create = { ...hook, active: false };
    const webhook = await this.#call('create a webhook', 'POST', this.#hooksOfTable, create, readWebhook);
    try {
      for (const filter of conditions(this.#nocodb.settings, paidFieldId)) {
        const path = `/api/v2/meta/hooks/${webhook.id}/filters`;
        await this.#call('add the condition of a webhook', 'POST', path, filter, () => undefined);
      }
      const path = `/api/v2/meta/hooks/${webhook.id}`;
      // NocoDB wants the whole webhook again, not only what changes.
      await this.#call('activate a webhook', 'PATCH', path, { ...hook, active: true }, () => undefined);
    } catch (error) {
      await this.remove(webhook);
      throw error;
    }
    return webhook;
  }

  /** @throws {TrackerError} */
  async remove({ id }: Webhook): Promise<void> {
    await this.#call('delete a webhook', 'DELETE', `/api/v2/meta/hooks/${id}`, undefined, () => undefined);
  }

  get #hooksOfTable(): string {
    return `/api/v2/meta/tables/${this.#nocodb.settings.tableId}/hooks`;
  }

  #call<T>(
    operation: string,
    method: ApiCall<T>['method'],
    path: string,
    body: unknown,
    read: (answer: unknown) => T,
  ): Promise<T> {
    return this.#nocodb.send<T>({
      operation,
      method,
      path,
      ...(body !== undefined && { body }),
      repeatable: method !== 'POST',
      read: (answer) => ({ value: read(answer), records: 0 }),
      readRefusal: ({ status, reason }, names) =>
        status === 403
          ? new AccessDeniedError({
              ...names,
              problem: `the server answered 403: ${reason}`,
              hint: "Only creators of a base may change its webhooks: use such a user's token here; the tracker itself needs a viewer's.",
            })
          : undefined,
    });
  }
}

/** A webhook as NocoDB's API takes it. */
function definition(url: string, secret: string) {
  return {
    title: TITLE,
    event: 'after',
    // No bot can have tracked a record before NocoDB gave it its id.
    operation: ['update'],
    version: 'v3',
    condition: true,
    notification: {
      type: 'URL',
      payload: {
        method: 'POST',
        path: url,
        body: '{{ json event }}',
        headers: [{ name: SECRET_HEADER, value: secret, enabled: true }],
        parameters: [],
        auth: '',
      },
    },
  };
}

/**
 * The conditions under which it fires. One `eq` for each value: `in` never fires, and `anyof` ignores the case and
 * splits values at commas (measured on 0.301.3).
 */
function conditions({ paidValues }: NocoDbSettings, fieldId: string) {
  const field = { fk_column_id: fieldId };
  if (paidValues === undefined) return [{ ...field, comparison_op: 'checked' }];
  return paidValues.map((value) => ({ ...field, comparison_op: 'eq', value, logical_op: 'or' }));
}

function readWebhook(answer: unknown): Webhook {
  const { id, notification } = asObject(answer, 'a webhook');
  if (typeof id !== 'string') throw new UnexpectedShapeError('a webhook has no id');
  return { id, url: readUrl(notification) };
}

/** The notification is JSON in a text. Those of other kinds (mail, chat) have no URL. */
function readUrl(notification: unknown): string {
  const { payload } = asObject(
    typeof notification === 'string' ? parseJson(notification) : notification,
    'the notification of a webhook',
  ) as { payload?: { path?: unknown } };
  return typeof payload?.path === 'string' ? payload.path : '';
}
