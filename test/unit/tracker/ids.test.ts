import { describe, expect, it } from 'vitest';
import { InvalidIdError } from '../../../lambda/tracker/errors.ts';
import { parseRecordId, parseUserId } from '../../../lambda/tracker/payment.ts';

describe('a user id', () => {
  it.each([
    [12345, '12345'],
    [-1001234567890, '-1001234567890'],
    ['12345', '12345'],
    ['@alice', '@alice'],
    ['житель', 'житель'],
    ['whatsapp:+49170', 'whatsapp:+49170'],
    ['😀', '😀'],
  ])('%s is kept as %s', (value, expected) => {
    expect(parseUserId(value)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    'a b',
    'a#b',
    'a\nb',
    'a\ud83d',
    '\ude00\ud83d',
    'x'.repeat(129),
    1.5,
    Number.NaN,
    2 ** 53,
    null,
    undefined,
    {},
  ])('%j is refused, and the error says what is expected', (value) => {
    expect(() => parseUserId(value as string)).toThrow(InvalidIdError);
    expect(() => parseUserId(value as string)).toThrow(/^userId .* is not valid: expected /);
  });
});

it('an id that is refused is shown, its first 80 characters', () => {
  expect(() => parseUserId('x'.repeat(129))).toThrow(`userId "${'x'.repeat(80)}" is not valid`);
});

it('an id that is refused is told what it has to be', () => {
  expect(() => parseUserId(2 ** 53)).toThrow('a whole number up to 2^53 (pass larger ones as a string)');
  expect(() => parseUserId('a b')).toThrow('a number, or 1 to 128 characters without white space or #');
  expect(() => parseRecordId('a b')).toThrow('1 to 64 letters, digits, _ or -');
});

describe('a record id', () => {
  it.each([
    [7, '7'],
    ['7', '7'],
    ['rec_abc', 'rec_abc'],
    ['0b6f-11ee', '0b6f-11ee'],
  ])('%s is kept as %s', (value, expected) => {
    expect(parseRecordId(value)).toBe(expected);
  });

  it.each([
    '',
    '1,2',
    '1)~or(Paid,checked',
    'a b',
    "1'",
    'x'.repeat(65),
    1.5,
    2 ** 53,
    'é',
    null,
    undefined,
    [],
  ])('%j is refused: nothing of the kind reaches a where clause', (value) => {
    expect(() => parseRecordId(value as string)).toThrow(InvalidIdError);
  });
});
