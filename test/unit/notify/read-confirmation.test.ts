import { describe, expect, it } from 'vitest';
import { readConfirmation, UnreadableRecordError } from '../../../lambda/notify/stream-record.ts';
import { paidItem, streamRecord } from './stream-records.ts';

describe('a record of the stream', () => {
  it('holds the payment that was confirmed', () => {
    for (const confirmedBy of ['tick', 'webhook'] as const) {
      const payment = readConfirmation(streamRecord(paidItem({ confirmedBy })));

      expect(payment).toEqual({
        userId: '12345',
        recordId: '17',
        paidAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
        confirmedBy,
      });
    }
  });

  it('may come from a program that does not say who confirmed', () => {
    const { confirmedBy: _confirmedBy, ...item } = paidItem();

    for (const record of [streamRecord(item), streamRecord({ ...item, confirmedBy: 'a migration' })]) {
      expect(readConfirmation(record)).not.toHaveProperty('confirmedBy');
    }
  });

  it.each([
    ['nothing', /record without a number of the table's stream\]: it has no new image/, {}],
    ['no image', /record 1 of .* no new image/, { dynamodb: { SequenceNumber: '1' } }],
    ['a payment that waits', /not a paid payment/, streamRecord(paidItem({ status: 'pending' }))],
    [
      'the control item',
      /not a paid payment/,
      streamRecord({ pk: 'CONTROL', sk: 'GATE', status: 'paid', recordId: '17' }),
    ],
    ['a number for a record', /not a paid payment/, streamRecord({ ...paidItem(), recordId: 17 })],
    ['a payment without a time', /paidAt/, streamRecord({ ...paidItem(), paidAt: undefined })],
    ['a payment with a text for a time', /paidAt/, streamRecord({ ...paidItem(), paidAt: '2026-01-02' })],
    [
      'a payment with a time that is none',
      /the payment of user 12345 \(record: 17\) has no valid paidAt/,
      streamRecord({ ...paidItem(), paidAt: 9e15 }),
    ],
  ])('is refused when it has %s', (_what, words, record) => {
    const read = () => readConfirmation(record);

    expect(read).toThrow(UnreadableRecordError);
    expect(read).toThrow(words);
    expect(read).toThrow(/^read paid payment .*find out what else writes to the table/);
  });
});
