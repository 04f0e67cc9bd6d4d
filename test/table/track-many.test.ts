import { expect, test } from 'vitest';
import {
  InvalidPaymentsError,
  PaymentTracker,
  TableUnavailableError,
  type TrackerEvent,
  TrackManyError,
} from '../../lambda/client/index.ts';
import { emulatorClient } from './support/emulator.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import { NOW, prepareTracker } from './support/tracker.ts';

test('registers a list, and returns the result for each payment', async () => {
  const { tracker, payments, events } = await prepareTracker();
  await tracker.track(1, 10);
  await payments.confirm({ userId: '1', recordId: '10' }, NOW);
  await tracker.track(2, 20);
  events.length = 0;

  const tracked = await tracker.trackMany([
    { userId: 1, recordId: 10 },
    { userId: 2, recordId: 20 },
    { userId: '2', recordId: '21' },
  ]);

  expect(tracked).toEqual([
    { userId: '1', recordId: '10', status: 'paid', created: false },
    { userId: '2', recordId: '20', status: 'pending', created: false },
    { userId: '2', recordId: '21', status: 'pending', created: true },
  ]);
  expect(events).toEqual([{ type: 'payments.registered', payments: 2, users: 1 }]);
});

test('registers nothing when a row is not valid, and names every such row', async () => {
  const { tracker, payments, events } = await prepareTracker();
  const list = [
    { userId: 1, recordId: 2 },
    { userId: 1.5, recordId: 2 },
    { userId: 1, recordId: '2,3' },
  ];

  const error = await tracker.trackMany(list).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(InvalidPaymentsError);
  expect((error as InvalidPaymentsError).rows.map(({ index }) => index)).toEqual([1, 2]);
  expect(await payments.list(undefined, 100)).toEqual({ payments: [], isLast: true });
  expect(events).toEqual([]);
});

test('what could not be registered is named, and the rest is written', async () => {
  // The first request reads the layout of the table.
  const server = await startScriptedServer(
    { body: {} },
    { body: {} },
    { error: 'ValidationException' },
    { body: {} },
  );
  const events: TrackerEvent[] = [];
  const client = emulatorClient(server.endpoint);
  const tracker = new PaymentTracker({
    tableName: 'payments',
    client,
    observe: (event) => events.push(event),
  });
  const list = Array.from({ length: 40 }, (_, i) => ({ userId: i, recordId: i }));

  const error = await tracker.trackMany(list).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(TrackManyError);
  const { message, failed, tracked, errors } = error as TrackManyError;
  expect(message).toMatch(/1 of 40 could not be written; the others are tracked/);
  expect(failed).toMatchObject([{ index: expect.any(Number), error: expect.any(TableUnavailableError) }]);
  expect(errors).toEqual([failed[0]?.error]);
  expect(tracked).toHaveLength(39);
  expect(events).toEqual([{ type: 'payments.registered', payments: 39, users: 39 }]);
  const writes = server.requests.filter(({ operation }) => operation === 'UpdateItem');
  expect(writes).toHaveLength(40);
  expect(server.requests).toHaveLength(41);
});
