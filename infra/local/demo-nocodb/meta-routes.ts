import type { DemoTable } from './demo-table.ts';
import { type ApiRequest, asRecords } from './http/api-request.ts';
import { ok, type Route } from './http/router.ts';

/** The endpoints below `/api/v2/meta`: the base, its table, the table's columns and its webhooks. */
export function metaRoutes(table: DemoTable): Route[] {
  const { hooks } = table;
  const ofTable = '/api/v2/meta/tables/:tableId';
  const ofHook = '/api/v2/meta/hooks/:hookId';
  const { baseId: id, tableId } = table;
  return [
    { method: 'GET', path: '/api/v2/meta/bases', answer: () => ok({ list: [{ id, title: 'Shop' }] }) },
    {
      method: 'GET',
      path: '/api/v2/meta/bases/:baseId/tables',
      answer: () => ok({ list: [{ id: tableId, base_id: id, title: table.title, type: 'table' }] }),
    },
    { method: 'GET', path: ofTable, answer: () => ok(describeTable(table)) },
    { method: 'GET', path: `${ofTable}/hooks`, answer: () => ok({ list: hooks.list() }) },
    { method: 'POST', path: `${ofTable}/hooks`, answer: (request) => ok(hooks.create(bodyOf(request))) },
    {
      method: 'PATCH',
      path: ofHook,
      answer: (request, { hookId = '' }) => ok(hooks.change(hookId, bodyOf(request))),
    },
    {
      method: 'DELETE',
      path: ofHook,
      answer(_request, { hookId = '' }) {
        hooks.remove(hookId);
        return ok(true);
      },
    },
    {
      method: 'GET',
      path: `${ofHook}/filters`,
      answer: (_request, { hookId = '' }) => ok({ list: hooks.filters(hookId) }),
    },
    {
      method: 'POST',
      path: `${ofHook}/filters`,
      answer: (request, { hookId = '' }) => ok(hooks.addFilter(hookId, bodyOf(request))),
    },
  ];
}

/** The part of NocoDB's description of a table that the tracker reads. Its flags are numbers on SQLite. */
function describeTable({ tableId, baseId, title, columns, dialect }: DemoTable) {
  const flag = (value: boolean) => (dialect.name === 'sqlite' ? Number(value) : value);
  return {
    id: tableId,
    base_id: baseId,
    title,
    type: 'table',
    columns: columns.map((column) => ({
      id: column.id,
      fk_model_id: tableId,
      title: column.title,
      uidt: column.uidt,
      pk: flag(column.uidt === 'ID'),
      system: flag(column.uidt === 'CreatedTime' || column.uidt === 'LastModifiedTime'),
      ...(column.options && { colOptions: { options: column.options.map((option) => ({ title: option })) } }),
    })),
  };
}

function bodyOf({ body }: ApiRequest): Readonly<Record<string, unknown>> {
  return asRecords(body)[0] ?? {};
}
