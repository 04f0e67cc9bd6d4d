import type { RequestContext } from '../tracker/record-source.ts';
import type { NocoDbSettings } from './settings.ts';
import type { ApiCall } from './transport/api-call.ts';
import type { NocoDbClient } from './transport/client.ts';
import { asList, asObject, UnexpectedShapeError } from './transport/shape.ts';

/** A field of a NocoDB table. */
export interface TableField {
  /** `c…`; it survives renaming. */
  readonly id: string;
  readonly title: string;
  /** NocoDB's type: `Checkbox`, `SingleSelect`, `ID`. */
  readonly type: string;
  readonly isPrimaryKey: boolean;
  /** Titles of a select field's options; absent for every other type. */
  readonly options?: readonly string[];
}

/**
 * Reads which fields the table has. A viewer's token may (`tableGet` is among the viewer's rights in
 * `src/utils/acl.ts` of nocodb 0.301.3).
 *
 * @throws {TrackerError}
 */
export function readTableFields(
  client: NocoDbClient,
  { tableId }: Pick<NocoDbSettings, 'tableId'>,
  context: RequestContext,
): Promise<TableField[]> {
  const call: ApiCall<TableField[]> = {
    operation: 'read the fields of the table',
    method: 'GET',
    path: `/api/v2/meta/tables/${tableId}`,
    params: '',
    recordIds: 0,
    repeatable: true,
    read: (answer) => ({ value: readFields(answer), records: 0 }),
  };
  return client.send(call, context);
}

function readFields(answer: unknown): TableField[] {
  const { columns } = asObject(answer, 'the answer');
  return asList(columns, 'the list of columns').map((column) => {
    const { id, title, uidt, pk, colOptions } = asObject(column, 'a column');
    if (typeof id !== 'string' || typeof title !== 'string' || typeof uidt !== 'string') {
      throw new UnexpectedShapeError('a column has no id, title or type');
    }
    const options = readOptions(colOptions);
    return { id, title, type: uidt, isPrimaryKey: Boolean(pk), ...(options && { options }) };
  });
}

/** Only select fields have options; `colOptions` of other types describes a relation, a formula, … */
function readOptions(colOptions: unknown): string[] | undefined {
  if (typeof colOptions !== 'object' || colOptions === null) return undefined;
  const { options } = colOptions as { options?: unknown };
  if (!Array.isArray(options)) return undefined;
  return options.map((option) => String(asObject(option, 'an option').title));
}
