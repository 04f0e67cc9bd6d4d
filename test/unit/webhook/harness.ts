import { createNocoDbApi } from '../../../lambda/nocodb/api.ts';
import type { NocoDbClient } from '../../../lambda/nocodb/client.ts';
import { createFieldTitles } from '../../../lambda/nocodb/fields.ts';
import { toWatchedTable } from '../../../lambda/nocodb/record-source.ts';
import { parseTrackerSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import type { RequestContext } from '../../../lambda/tracker/record-source.ts';
import {
  handleWebhook,
  type WebhookRequest,
  type WebhookResponse,
} from '../../../lambda/webhook/handle-webhook.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';

export const TABLE_ID = 'mq13l0ec25f9v23';
export const SECRET = 'open sesame, open sesame';

/** Milliseconds that it takes to check the secret. */
export const SECRET_MS = 12;

/** A webhook whose clock, table and NocoDB are under the test's control. */
export async function harness(variables: Readonly<Record<string, string>> = {}) {
  const { nocodb: settings } = parseTrackerSettings({
    NOCODB_API_URL: 'https://nocodb.example',
    NOCODB_TABLE_ID: TABLE_ID,
    ...variables,
  });
  const clock = new FakeClock();
  const table = new SimulatedPayments({ clock, confirmedBy: 'webhook' });
  // Confirmations are counted only after a first tick.
  await table.remember({});
  const events: TrackerEvent[] = [];
  const requests: RequestContext[] = [];
  let paidTitle: string | undefined;
  const nocoDb: NocoDbClient = {
    async send({ operation, method, path }, context) {
      if (paidTitle === undefined) throw new Error('no request to NocoDB is expected');
      requests.push(context);
      const columns = [
        { id: 'c1', title: 'Id', uidt: 'ID' },
        { id: settings.paidField, title: paidTitle, uidt: 'Checkbox' },
      ];
      return {
        json: { columns },
        names: { operation, target: method },
        exchange: { type: 'nocodb.response', method, endpoint: path, status: 200, milliseconds: 1, bytes: 1 },
      };
    },
  };
  const dependencies = {
    isSecret: async (offered: string | undefined) => {
      await clock.sleep(SECRET_MS);
      return offered === SECRET;
    },
    table: toWatchedTable(settings),
    watchedTables: table.gate,
    titles: createFieldTitles(createNocoDbApi(settings, nocoDb, clock)),
    payments: table.payments,
    reports: table.gate,
    clock,
    observe: (event: TrackerEvent) => void events.push(event),
  };
  return {
    table,
    clock,
    events,
    /** Requests to NocoDB. */
    requests,
    /** From now on, NocoDB answers that the paid field has this title. */
    setTitle: (title: string) => {
      paidTitle = title;
    },
    handle: (request: WebhookRequest): Promise<WebhookResponse> => handleWebhook(request, dependencies),
  };
}

/** A record as NocoDB on SQLite sends it. */
export function row(id: number | string, values: Readonly<Record<string, unknown>> = {}) {
  const dates = { CreatedAt: '2026-01-01 10:00:00+00:00', UpdatedAt: null };
  return { Id: id, ...dates, Title: 'Order', Paid: 0, 'TG ID': '12345', ...values };
}

/** The event that NocoDB 0.301.3 sends when these records change: after and before the change. */
export function updateEvent(rows: readonly object[], previousRows: readonly object[]) {
  return {
    type: 'records.after.update',
    id: '71da091c-95f5-4301-825b-b099d8981032',
    base_id: 'pt0cgvxtnwmez2e',
    version: 'v3',
    data: { table_id: TABLE_ID, table_name: 'Payments', previous_rows: previousRows, rows },
  };
}

/** The event of a record that was just ticked. */
export function ticked(id: number | string, values: Readonly<Record<string, unknown>> = {}) {
  return updateEvent([row(id, { ...values, Paid: 1 })], [row(id, values)]);
}

/** A request to the function's URL with the secret. */
export function requestOf(body: unknown, changes: Partial<WebhookRequest> = {}): WebhookRequest {
  return {
    // Webhooks that are installed in NocoDB send the header with this name.
    headers: { 'x-payment-tracker-secret': SECRET, 'content-type': 'application/json' },
    requestContext: { http: { method: 'POST' } },
    isBase64Encoded: false,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...changes,
  };
}
