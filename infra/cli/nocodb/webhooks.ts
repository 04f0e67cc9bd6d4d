import type { ApiCall } from '../../../lambda/nocodb/client.ts';
import { parseJson } from '../../../lambda/nocodb/error-response.ts';
import { asList, asObject, UnexpectedShapeError } from '../../../lambda/nocodb/read-response.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import { AccessDeniedError } from '../../../lambda/tracker/errors.ts';
import { SECRET_HEADER } from '../../../lambda/webhook/secret-check.ts';
import type { NocoDbAccess } from './nocodb-access.ts';

/** The title of the webhook in NocoDB. The tracker finds its webhooks by URL, not by title. */
const TITLE = 'payment-tracker';

/** A webhook of the NocoDB table. */
export interface Webhook {
  readonly id: string;
  /** The address that NocoDB calls. */
  readonly url: string;
}

export interface NewWebhook {
  readonly url: string;
  readonly secret: string;
  /** Id of the paid field. */
  readonly paidFieldId: string;
}

/**
 * The webhooks of the configured table, through NocoDB's v2 meta API. The token's user must be a creator of the base
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
   * never fires for other records. When a step fails, the webhook is removed.
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
      // NocoDB requires the whole webhook, not only the change.
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

  async #call<T>(
    operation: string,
    method: ApiCall['method'],
    path: string,
    body: unknown,
    read: (answer: unknown) => T,
  ): Promise<T> {
    const repeatable = method !== 'POST';
    try {
      return await this.#nocodb.send(
        { operation, method, path, ...(body !== undefined && { body }), repeatable },
        read,
      );
    } catch (error) {
      if (!(error instanceof AccessDeniedError)) throw error;
      const { target, problem, cause } = error;
      throw new AccessDeniedError({
        operation,
        target,
        problem,
        hint: "Only creators of a base may change its webhooks: use such a user's token here; the tracker itself needs a viewer's.",
        cause,
      });
    }
  }
}

/** The webhook in the form of NocoDB's API. */
function definition(url: string, secret: string) {
  return {
    title: TITLE,
    event: 'after',
    // A new record has had no id, so no bot has tracked it.
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
 * The conditions of the webhook. One `eq` for each value: `in` never fires, and `anyof` ignores the case and splits
 * values at commas (measured on 0.301.3).
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

/** The notification is JSON in a string. Notifications of other kinds (mail, chat) have no URL. */
function readUrl(notification: unknown): string {
  const { payload } = asObject(
    typeof notification === 'string' ? parseJson(notification) : notification,
    'the notification of a webhook',
  ) as { payload?: { path?: unknown } };
  return typeof payload?.path === 'string' ? payload.path : '';
}
