import { describe, expect, it } from 'vitest';
import { type Filter, parseWhere } from '../../../infra/local/demo-nocodb/table/where.ts';

/** Describes a filter so that its groups are visible. */
function show(filter: Filter | undefined): string {
  if (filter === undefined) return 'everything';
  if (filter.kind === 'condition') {
    const { field, operator, text } = filter.condition;
    return `${field} ${operator}${text === undefined ? '' : ` [${text}]`}`;
  }
  return `${filter.kind}(${filter.filters.map(show).join('; ')})`;
}

describe('a where', () => {
  it.each([
    ['', 'everything'],
    ['(Id,in,1,2)', 'Id in [1,2]'],
    ['(Paid,checked)', 'Paid checked'],
    ['(Id,in,)', 'Id in []'],
    ["(Title,in,it's (paid),b)", "Title in [it's (paid),b]"],
    ['(A,eq,1)~and(B,eq,2)~and(C,checked)', 'all(A eq [1]; B eq [2]; C checked)'],
    ['(A,eq,1)~or(B,eq,2)~and(C,checked)', 'any(A eq [1]; all(B eq [2]; C checked))'],
    ['((A,eq,1)~or(B,eq,2))~and(C,checked)', 'all(any(A eq [1]; B eq [2]); C checked)'],
  ])('%s means %s', (where, meaning) => {
    expect(show(parseWhere(where))).toBe(meaning);
  });

  it.each([
    'Id',
    '(Id)',
    '(Id,in,1',
    'Id,in,1)',
    '(Id,in,1))',
    '(A,eq,b~or(c))',
    '@(Id,in,1)',
    '~not(Id,in,1)',
  ])('%s is refused', (where) => {
    expect(() => parseWhere(where)).toThrow('Invalid filter format.');
  });
});
