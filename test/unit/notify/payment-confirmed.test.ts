import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type PaymentConfirmed, paymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';
import { RECORD_ID_PATTERN, USER_ID_PATTERN } from '../../../lambda/tracker/payment.ts';

const SCHEMA = new URL('../../../lambda/notify/payment-confirmed.schema.json', import.meta.url);

const PAYMENT = { userId: '12345', recordId: '17', paidAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678) };

const userIds = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((text) => USER_ID_PATTERN.test(text));

const payments = fc.record(
  {
    userId: fc.oneof(userIds, fc.constantFrom('a/b', 'a%2Fb', 'иван', '😀')),
    recordId: fc.stringMatching(RECORD_ID_PATTERN),
    paidAt: fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) }),
    confirmedBy: fc.constantFrom('tick' as const, 'webhook' as const),
  },
  { requiredKeys: ['userId', 'recordId', 'paidAt'] },
);
const trackerNames = fc.stringMatching(/^[\x21-\x7e]{1,128}$/);

describe('the event of a confirmed payment', () => {
  let isValid: (detail: unknown) => boolean;
  let faults: () => unknown;
  beforeAll(async () => {
    const ajv = new Ajv({ allErrors: true, strict: true });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(await readFile(SCHEMA, 'utf8')));
    isValid = (detail) => validate(detail);
    faults = () => validate.errors;
  });

  it('says who paid what, when, and who saw it', () => {
    const event = paymentConfirmed({ ...PAYMENT, confirmedBy: 'webhook' }, 'shop/payments');

    expect(event).toEqual({
      userId: '12345',
      recordId: '17',
      paidAt: '2026-01-02T03:04:05.678Z',
      confirmedBy: 'webhook',
      trackerName: 'shop/payments',
      idempotencyKey: 'shop%2Fpayments/12345/17',
    });
  });

  it('satisfies the schema that is shipped, whatever the payment', () => {
    fc.assert(
      fc.property(payments, trackerNames, (payment, trackerName) => {
        const detail = JSON.parse(JSON.stringify(paymentConfirmed(payment, trackerName)));
        expect(isValid(detail), JSON.stringify(faults())).toBe(true);
      }),
    );
  });

  it.each<Partial<Record<keyof PaymentConfirmed, unknown>>>([
    { userId: undefined },
    { userId: 12345 },
    { recordId: '17,18' },
    { paidAt: 1767323045678 },
    { paidAt: '2026-13-02T03:04:05.678Z' },
    { confirmedBy: 'somebody' },
    { trackerName: '' },
    { idempotencyKey: undefined },
  ])('does not satisfy it with %j', (wrong) => {
    const detail = JSON.parse(JSON.stringify({ ...paymentConfirmed(PAYMENT, 'shop'), ...wrong }));

    expect(isValid(detail)).toBe(false);
  });

  it('has the same key when it is made again or confirmed again, and another for every other payment', () => {
    fc.assert(
      fc.property(payments, payments, trackerNames, trackerNames, (a, b, nameA, nameB) => {
        const key = paymentConfirmed(a, nameA).idempotencyKey;
        const same = nameA === nameB && a.userId === b.userId && a.recordId === b.recordId;

        expect(
          paymentConfirmed({ ...a, paidAt: b.paidAt, confirmedBy: 'webhook' }, nameA).idempotencyKey,
        ).toBe(key);
        expect(paymentConfirmed(b, nameB).idempotencyKey === key).toBe(same);
      }),
    );
    const slash = paymentConfirmed({ ...PAYMENT, userId: 'b/c' }, 'a').idempotencyKey;
    expect(paymentConfirmed({ ...PAYMENT, userId: 'c' }, 'a/b').idempotencyKey).not.toBe(slash);
  });
});
