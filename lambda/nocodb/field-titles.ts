import { FieldNotFoundError } from '../tracker/errors.ts';
import type { RequestContext } from '../tracker/record-source.ts';
import type { RecordFormat } from './response.ts';
import type { NocoDbSettings } from './settings.ts';
import { readTableFields, type TableField } from './table-fields.ts';
import type { NocoDbClient } from './transport/client.ts';

/** What NocoDB makes for an id of a field: `c` and 14 characters (`cl_` and 14 in older bases). A title may look so too. */
const FIELD_ID_PATTERN = /^c(?:l_)?[a-z0-9]{14}$/;

/**
 * Knows under which titles answers hold the configured fields. Queries may name a field by its id, but answers name it by
 * its title (measured on 0.301.3), so ids are looked up in the table: once, and again after {@link FieldTitles.forget}.
 */
export interface FieldTitles {
  /** @throws {TrackerError} */
  format(context: RequestContext): Promise<RecordFormat>;
  /** The titles learned are out of date. */
  forget(): void;
}

/** Whether titles have to be asked for. */
export function namesFieldsByIds({ idField, paidField, ownerField = '' }: NocoDbSettings): boolean {
  return [idField, paidField, ownerField].some((name) => FIELD_ID_PATTERN.test(name));
}

export function createFieldTitles(settings: NocoDbSettings, client: NocoDbClient): FieldTitles {
  const { idField, paidField, ownerField, paidValues } = settings;
  const needsLookup = namesFieldsByIds(settings);
  const asConfigured: RecordFormat = { id: idField, paid: paidField, owner: ownerField, paidValues };
  let known = needsLookup ? undefined : asConfigured;

  async function lookUp(context: RequestContext): Promise<RecordFormat> {
    const fields = await readTableFields(client, settings, context);
    const title = (name: string) => titleOf(name, fields, settings);
    return {
      id: title(idField),
      paid: title(paidField),
      ...(ownerField === undefined ? {} : { owner: title(ownerField) }),
      paidValues,
    };
  }

  return {
    async format(context) {
      known ??= await lookUp(context);
      return known;
    },
    forget() {
      if (needsLookup) known = undefined;
    },
  };
}

function titleOf(name: string, fields: readonly TableField[], { apiUrl, tableId }: NocoDbSettings): string {
  const field = fields.find(({ id }) => id === name) ?? fields.find(({ title }) => title === name);
  if (field !== undefined) return field.title;
  throw new FieldNotFoundError({
    operation: 'read the fields of the table',
    target: `GET ${apiUrl}/api/v2/meta/tables/${tableId}`,
    problem: `the table has no field with the id or title ${name}`,
    wayOut: `Its fields are ${fields.map(({ id, title }) => `${title} (${id})`).join(', ')}.`,
  });
}
