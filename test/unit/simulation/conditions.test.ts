import { describe, expect, it } from 'vitest';
import { parseCondition } from '../../simulation/dynamo/condition.ts';
import type { Item } from '../../simulation/dynamo/operand.ts';
import { applyUpdate } from '../../simulation/dynamo/update.ts';

const names = { '#a': 'a', '#b': 'b' };

function holds(expression: string, item: Item, values: Record<string, unknown> = {}): boolean {
  return parseCondition(expression)(item, { names, values });
}

describe('a condition', () => {
  it.each([
    ['attribute_exists(#a)', { a: 1 }, true],
    ['attribute_exists(#a)', {}, false],
    ['attribute_not_exists(#a) OR #a <= :one', { a: 1 }, true],
    ['attribute_not_exists(#a) OR #a < :one', { a: 1 }, false],
    ['NOT #a = :one AND #b = :text', { a: 2, b: 'x' }, true],
    ['#a = :one OR #a = :one AND #b = :text', { a: 1, b: 'y' }, true],
    ['(#a = :one OR #a = :one) AND #b = :text', { a: 1, b: 'y' }, false],
    ['begins_with(#b, :text)', { b: 'xyz' }, true],
    ['begins_with(#b, :text)', { b: 1 }, false],
  ])('%s of %j is %s', (expression, item, expected) => {
    expect(holds(expression, item, { ':one': 1, ':text': 'x' })).toBe(expected);
  });

  it('compares what is not there, or is of another type, as unequal and as neither less nor greater', () => {
    expect(holds('#a <> :one', {}, { ':one': 1 })).toBe(true);
    expect(holds('#a <= :one', {}, { ':one': 1 })).toBe(false);
    expect(holds('#a < :one OR #a >= :one', { a: '1' }, { ':one': 1 })).toBe(false);
  });

  it('is refused when it is not understood, or a placeholder is not defined', () => {
    expect(() => holds('size(#a) > :one', {}, { ':one': 1 })).toThrow('Unexpected');
    expect(() => holds('#a = :one AND', {}, { ':one': 1 })).toThrow('Unexpected');
    expect(() => holds('#a = :two', {})).toThrow(':two, which is not defined');
  });
});

describe('an update', () => {
  it('sets, adds and removes, all from the item as it was before', () => {
    const values = { ':one': 1, ':x': 'x' };
    const update = 'SET #b = #a + :one, c = if_not_exists(c, :x) REMOVE #a ADD d :one';

    expect(applyUpdate(update, { a: 4, b: 0 }, { names, values })).toEqual({ b: 5, c: 'x', d: 1 });
  });

  it('fails where DynamoDB does: for an operand that is not there, and for adding to a text', () => {
    const bindings = { names, values: { ':one': 1 } };

    expect(() => applyUpdate('SET #b = #a', {}, bindings)).toThrow('b would be set');
    expect(() => applyUpdate('ADD #a :one', { a: 'x' }, bindings)).toThrow('numbers only');
    expect(() => applyUpdate('PUT #a :one', {}, bindings)).toThrow('Unexpected "PUT"');
  });
});
