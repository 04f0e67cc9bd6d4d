import type { TableField } from '../../../lambda/nocodb/dialect.ts';
import { findField } from '../../../lambda/nocodb/fields.ts';
import { nearMiss } from '../../../lambda/settings/near-miss.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import type { Finding } from './checks.ts';

/** Types of computed fields. They do not say whether the value is a checkbox. */
const COMPUTED = ['Lookup', 'Formula', 'Rollup'];

/** Titles of NocoDB's own columns, which its pages do not show. */
const HIDDEN = /^nc_/;

/** Checks that the table has the configured fields, and that their types fit the settings. */
export function checkFields(settings: NocoDbSettings, fields: readonly TableField[]): readonly Finding[] {
  const { idField, paidField, ownerField } = settings;
  const [id, paid, owner] = [idField, paidField, ownerField].map((name) =>
    name === undefined ? undefined : findField(fields, name),
  );
  const found = [id, paid, owner].flatMap((field) => (field === undefined ? [] : [describe(field)]));
  const findings = [
    id === undefined ? absent(VARIABLES.idField, idField, fields) : checkId(id),
    paid === undefined
      ? absent(VARIABLES.paidField, paidField, fields)
      : checkPaid(paid, settings.paidValues),
    ownerField !== undefined && owner === undefined
      ? absent(VARIABLES.ownerField, ownerField, fields)
      : undefined,
  ].filter((finding) => finding !== undefined);
  if (findings.some(({ outcome }) => outcome === 'fault')) return findings;
  return [{ outcome: 'ok', text: `${found.join(', ')}` }, ...findings];
}

function checkId(field: TableField): Finding | undefined {
  if (field.isPrimaryKey) return undefined;
  return {
    outcome: 'note',
    text: `"${field.title}" is not the key of the table`,
    hint: 'See that no value is in two records: a payment is confirmed by any record with its id',
  };
}

function checkPaid(field: TableField, paidValues: readonly string[] | undefined): Finding | undefined {
  const { title, type, options } = field;
  if (paidValues === undefined) {
    if (type === 'Checkbox' || COMPUTED.includes(type)) return undefined;
    return {
      outcome: 'fault',
      text: `"${title}" is no checkbox but a ${type}`,
      hint: `Set ${VARIABLES.paidValues} to the values that mean paid${example(options)}, or ${VARIABLES.paidField} to a checkbox`,
    };
  }
  if (type === 'Checkbox') {
    return {
      outcome: 'fault',
      text: `"${title}" is a checkbox, so that none of the values ${paidValues.join(', ')} can be in it`,
      hint: `Remove ${VARIABLES.paidValues}, or set ${VARIABLES.paidField} to the field with these values`,
    };
  }
  const strange = paidValues.filter((value) => options !== undefined && !options.includes(value));
  if (strange.length === 0) return undefined;
  return {
    outcome: 'fault',
    text: `"${title}" has no option ${strange.join(', ')}`,
    hint: `Set ${VARIABLES.paidValues} to some of its options, letter for letter: ${options?.join(', ')}`,
  };
}

function absent(variable: string, name: string, fields: readonly TableField[]): Finding {
  const titles = fields.map(({ title }) => title).filter((title) => !HIDDEN.test(title));
  const sameLetters = titles.find((title) => title.toUpperCase() === name.toUpperCase());
  const meant = sameLetters ?? nearMiss(name.toUpperCase(), titles);
  const hint = meant === undefined ? '' : ` (did you mean "${meant}"?)`;
  return {
    outcome: 'fault',
    text: `the table has no field "${name}"${hint}`,
    hint: `Set ${variable} to one of its fields, letter for letter: ${titles.join(', ')}`,
  };
}

function describe({ title, type }: TableField): string {
  return `"${title}" (${type})`;
}

function example(options: readonly string[] | undefined): string {
  return options === undefined ? '' : `, out of ${options.join(', ')}`;
}
