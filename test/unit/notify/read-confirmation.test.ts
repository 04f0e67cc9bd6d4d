import { describe, expect, it } from 'vitest';
import { readConfirmation, UnreadableRecordError } from '../../../lambda/notify/stream-record.ts';
import { paidItem, streamRecord } from './stream-records.ts';

describe('a record of the stream', () => {
  it('holds the payment that was confirmed', () => {
    const record = streamRecord(paidItem({ confirmedBy: 'webhook' }));

    const payment = readConfirmation(record);

    expect(payment).toEqual({
      userId: '12345',
      recordId: '17',
      paidAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      confirmedBy: 'webhook',
    });
  });

  it('may come from a program that does not say who confirmed', () => {
    const { confirmedBy: _confirmedBy, ...item } = paidItem();

    for (const record of [streamRecord(item), streamRecord({ ...item, confirmedBy: 'a migration' })]) {
      expect(readConfirmation(record)).not.toHaveProperty('confirmedBy');
    }
  });

  it.each([
    ['nothing', {}],
    ['no image', { dynamodb: { SequenceNumber: '1' } }],
    ['a payment that waits', streamRecord(paidItem({ status: 'pending' }))],
    ['the control item', streamRecord({ pk: 'CONTROL', sk: 'GATE', status: 'paid' })],
    ['a payment without a time', streamRecord({ ...paidItem(), paidAt: undefined })],
    ['a payment with a text for a time', streamRecord({ ...paidItem(), paidAt: 'yesterday' })],
    ['a payment with a time that is none', streamRecord({ ...paidItem(), paidAt: 9e15 })],
  ])('is refused when it has %s', (_what, record) => {
    expect(() => readConfirmation(record)).toThrow(UnreadableRecordError);
  });
});
