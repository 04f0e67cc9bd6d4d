import type { ApiCall } from '../../../lambda/nocodb/client.ts';
import type { Dialect } from '../../../lambda/nocodb/dialect.ts';
import { dialectV2 } from '../../../lambda/nocodb/dialect-v2.ts';
import { ErrorResponse, parseJson } from '../../../lambda/nocodb/error-response.ts';
import { asList, asObject, UnexpectedShapeError } from '../../../lambda/nocodb/read-response.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import { AccessDeniedError, EndpointNotFoundError } from '../../../lambda/tracker/errors.ts';
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
 * The webhooks of the configured table, through NocoDB's meta API. The token's user must be a creator of the base
 * (measured on 0.301.3).
 *
 * 0.301.3 has them in v2 only. Later versions have them in v3 too, for customers with a licence (`hooks-v3.controller.ts` of
 * NocoDB). Whatever version is configured, the one that has them is used.
 */
export class Webhooks {
  readonly #nocodb: NocoDbAccess;

  constructor(nocodb: NocoDbAccess) {
    this.#nocodb = nocodb;
  }

  /** @throws {TrackerError} */
  list(): Promise<readonly Webhook[]> {
    return this.#ask(({ tablePath }) =>
      this.#call('list the webhooks', 'GET', `${tablePath}/hooks`, undefined, (answer) =>
        asList(asObject(answer, 'the answer').list, 'the list').map(readWebhook),
      ),
    );
  }

  /**
   * Adds a webhook that fires when a record becomes paid.
   *
   * @throws {TrackerError}
   */
  add(webhook: NewWebhook): Promise<Webhook> {
    return this.#ask((dialect) =>
      dialect.version === 'v2' ? this.#addInV2(webhook, dialect) : this.#addInV3(webhook, dialect),
    );
  }

  /** @throws {TrackerError} */
  async remove({ id }: Webhook): Promise<void> {
    await this.#ask(({ metaPath }) =>
      this.#call('delete a webhook', 'DELETE', `${metaPath}/hooks/${id}`, undefined, () => undefined),
    );
  }

  /**
   * The webhook is inactive until its condition is complete, so that it never fires for other records. When a step fails, it
   * is removed.
   */
  async #addInV2(
    { url, secret, paidFieldId }: NewWebhook,
    { metaPath, tablePath }: Dialect,
  ): Promise<Webhook> {
    const hook = { ...definition(url, secret), event: 'after', version: 'v3', condition: true };
    const create = { ...hook, active: false };
    const webhook = await this.#call('create a webhook', 'POST', `${tablePath}/hooks`, create, readWebhook);
    const path = `${metaPath}/hooks/${webhook.id}`;
    try {
      for (const filter of conditions(this.#nocodb.settings, paidFieldId)) {
        await this.#call(
          'add the condition of a webhook',
          'POST',
          `${path}/filters`,
          filter,
          () => undefined,
        );
      }
      // NocoDB requires the whole webhook, not only the change.
      await this.#call('activate a webhook', 'PATCH', path, { ...hook, active: true }, () => undefined);
    } catch (error) {
      await this.remove(webhook);
      throw error;
    }
    return webhook;
  }

  /** In v3, a webhook has no conditions: this one fires for each change of the paid field, and the tracker sees which. */
  #addInV3({ url, secret, paidFieldId }: NewWebhook, { tablePath }: Dialect): Promise<Webhook> {
    const hook = { ...definition(url, secret), event: 'record', trigger_fields: [paidFieldId], active: true };
    return this.#call('create a webhook', 'POST', `${tablePath}/hooks`, hook, readWebhook);
  }

  /** @throws {EndpointNotFoundError} when the server has webhooks in neither version */
  async #ask<T>(work: (dialect: Dialect) => Promise<T>): Promise<T> {
    try {
      return await this.#nocodb.ask(work);
    } catch (error) {
      if (!lacksWebhooks(error)) throw error;
      return await work(dialectV2(this.#nocodb.settings)).catch((second: unknown) => {
        if (!(second instanceof EndpointNotFoundError)) throw second;
        const { operation, target, problem } = second;
        throw new EndpointNotFoundError({
          operation,
          target,
          problem,
          hint: "This NocoDB lets no program change its webhooks: its API v3 does so only with a licence. Add the webhook on NocoDB's page, as the tracker's README about webhooks says.",
          cause: error,
        });
      });
    }
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

/** Whether a version of the API has no webhooks, or only for customers with a licence. */
function lacksWebhooks(error: unknown): boolean {
  if (error instanceof EndpointNotFoundError) return true;
  if (!(error instanceof AccessDeniedError)) return false;
  return error.cause instanceof ErrorResponse && error.cause.code === 'ERR_FEATURE_NOT_SUPPORTED';
}

/** What a webhook is in both versions of NocoDB's API. */
function definition(url: string, secret: string) {
  return {
    title: TITLE,
    // A new record has had no id, so no bot has tracked it.
    operation: ['update'],
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
