import type { DemoTable } from './demo-table.ts';
import { type ApiRequest, asRecords } from './http/api-request.ts';
import { ok, type Route } from './http/router.ts';

/** The endpoints below `/api/v3/meta/bases/{baseId}`, without webhooks: the base, its table and the table's fields. */
export function metaRoutesV3(table: DemoTable): Route[] {
  const ofBase = '/api/v3/meta/bases/:baseId';
  const { baseId, tableId, title } = table;
  return [
    { method: 'GET', path: ofBase, answer: () => ok({ id: baseId, title: 'Shop' }) },
    {
      method: 'GET',
      path: `${ofBase}/tables`,
      answer: () => ok({ list: [{ id: tableId, base_id: baseId, title }] }),
    },
    { method: 'GET', path: `${ofBase}/tables/:tableId`, answer: () => ok(describeTable(table)) },
  ];
}

/** The webhooks of v3, which 0.301.3 does not have yet (`hooks-v3.service.ts` of later versions). */
export function hookRoutesV3({ hooks }: DemoTable): Route[] {
  const ofTable = '/api/v3/meta/bases/:baseId/tables/:tableId/hooks';
  const ofHook = '/api/v3/meta/bases/:baseId/hooks/:hookId';
  return [
    { method: 'GET', path: ofTable, answer: () => ok({ list: hooks.list().map(describeHook) }) },
    { method: 'POST', path: ofTable, answer: (request) => ok(describeHook(hooks.create(toV2Hook(request)))) },
    {
      method: 'DELETE',
      path: ofHook,
      answer(_request, { hookId = '' }) {
        hooks.remove(hookId);
        return ok(true);
      },
    },
  ];
}

/** In v3, the event of records is `record`, and there are no conditions. */
function toV2Hook({ body }: ApiRequest) {
  const [hook = {}] = asRecords(body);
  return { ...hook, event: 'after', version: 'v3', condition: false };
}

function describeHook(hook: ReturnType<DemoTable['hooks']['create']>) {
  const { id, fk_model_id: table_id, title, operation, active, trigger_fields } = hook;
  const notification = JSON.parse(hook.notification);
  return { id, table_id, title, event: 'record', operation, active, trigger_fields, notification };
}

/** NocoDB's own fields are left out, except for the key (measured on 0.301.3). */
function describeTable({ tableId, baseId, title, columns, dialect }: DemoTable) {
  const fields = columns.filter(({ uidt }) => uidt !== 'CreatedTime' && uidt !== 'LastModifiedTime');
  return {
    id: tableId,
    base_id: baseId,
    title,
    fields: fields.map((column) => ({
      id: column.id,
      table_id: tableId,
      title: column.title,
      type: column.uidt,
      ...(column.uidt === 'ID' && { system: dialect.name === 'sqlite' ? 0 : false }),
      ...(column.options && { options: { choices: column.options.map((option) => ({ title: option })) } }),
    })),
  };
}
