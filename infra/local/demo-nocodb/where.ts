import { plain } from './api-error.ts';

/** One `(field,operator,text)`. */
export interface Condition {
  readonly field: string;
  readonly operator: string;
  /** What follows the operator, with its commas; undefined when nothing does. */
  readonly text: string | undefined;
}

/** A parsed `where`: alternatives of conditions that hold together, which may be groups themselves. */
export type Filter =
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'all' | 'any'; readonly filters: readonly Filter[] };

/**
 * Parses NocoDB's `where`: `(Id,in,1,2)~and(Paid,checked)`, with `~or` and groups in parentheses. The grammar has no
 * quoting: a comma always separates, and parentheses in a value have to come in pairs.
 *
 * @returns undefined for a blank one: every record matches
 * @throws {ApiError} 422 as NocoDB gives it; also for `@` and `~not`, which NocoDB knows and the demo does not
 */
export function parseWhere(where: string): Filter | undefined {
  return where.trim() === '' ? undefined : parseAny(where);
}

function parseAny(where: string): Filter {
  const alternatives = split(where, '~or').map((part) => {
    const filters = split(part, '~and').map(parseOne);
    return filters.length === 1 ? (filters[0] as Filter) : ({ kind: 'all', filters } as const);
  });
  return alternatives.length === 1 ? (alternatives[0] as Filter) : { kind: 'any', filters: alternatives };
}

function parseOne(part: string): Filter {
  if (!part.startsWith('(') || !part.endsWith(')')) throw invalidFormat();
  const inside = part.slice(1, -1);
  if (inside.startsWith('(')) return parseAny(inside);
  // NocoDB cuts at these wherever they stand, in the middle of a value too.
  if (/~(and|or|not)\(/.test(inside)) throw invalidFormat();
  const [field, operator, ...texts] = inside.split(',');
  if (!field || !operator) throw invalidFormat();
  const text = texts.length === 0 ? undefined : texts.join(',');
  return { kind: 'condition', condition: { field, operator, text } };
}

/** Cuts at the separator wherever it stands outside of parentheses. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
    }
    if (depth < 0) throw invalidFormat();
  }
  if (depth !== 0) throw invalidFormat();
  return [...parts, text.slice(start)];
}

function invalidFormat() {
  return plain(422, 'Invalid filter format.');
}
