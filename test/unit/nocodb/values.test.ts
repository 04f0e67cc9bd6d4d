import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meansPaid, ownerText } from '../../../lambda/nocodb/read-response.ts';

describe('a checkbox means paid', () => {
  it.each([true, 1, 'true', 'TRUE', '1', ' yes ', 'x', '✅', 'checked'])('when it is %j', (value) => {
    expect(meansPaid(value)).toBe(true);
  });

  it.each([
    false,
    0,
    null,
    undefined,
    '',
    '0',
    'false',
    'no',
    'pending',
    'unpaid',
    2,
    -1,
    Number.NaN,
    [],
    [true],
    {},
  ])('not when it is %j', (value) => {
    expect(meansPaid(value)).toBe(false);
  });
});

describe('a select or text field means paid', () => {
  const values = ['Paid', 'Succeeded', '5'];

  it.each(['Paid', 'Succeeded', '5', 5])('when it is %j', (value) => {
    expect(meansPaid(value, values)).toBe(true);
  });

  it.each([
    'paid',
    'Paid ',
    'Paid,Shipped',
    'Unpaid',
    '',
    null,
    undefined,
    true,
    1,
    ['Paid'],
    { Paid: true },
  ])('not when it is %j', (value) => {
    expect(meansPaid(value, values)).toBe(false);
  });

  it('only when the whole cell equals one of the values', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (cell, paidValues) => {
        expect(meansPaid(cell, paidValues)).toBe(paidValues.some((value) => value === cell));
      }),
    );
  });
});

describe('the owner', () => {
  it.each([
    ['12345', '12345'],
    [' 12345\n', '12345'],
    [12345, '12345'],
    ['', null],
    ['  ', null],
    [null, null],
    [undefined, null],
    [[], null],
    [[12345], '12345'],
    [[['12345']], '12345'],
    [['1', '2'], '["1","2"]'],
    [{ id: 1 }, '{"id":1}'],
    [true, 'true'],
  ])('%j is %j', (value, owner) => {
    expect(ownerText(value)).toBe(owner);
  });
});
