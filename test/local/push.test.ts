import { readFile } from 'node:fs/promises';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionLogGroups, logReader } from '../../infra/local/log/function-logs.ts';
import { runCli } from '../unit/cli/support/cli-process.ts';
import { type DemoShop, openDemoShop, type Payment } from './support/demo-shop.ts';

const SCHEMA = new URL('../../lambda/notify/payment-confirmed.schema.json', import.meta.url);
const POLL = { timeout: 60_000, interval: 250 } as const;

let shop: DemoShop;
let readLog: ReturnType<typeof logReader>;

beforeAll(async () => {
  shop = await openDemoShop('PushTest');
  const { aws, stackName } = shop.deployed;
  readLog = logReader(aws, await functionLogGroups(aws, stackName));
});
afterAll(() => shop?.close());

/** What the example bot that is told of confirmed payments did for a payment. */
async function deliveries({ userId }: Payment): Promise<string[]> {
  const lines = (await readLog(0)).map(({ message = '' }) => message);
  return lines.filter((line) => line.includes(`Delivering to user ${userId}:`));
}

async function payAndWait(userId: string): Promise<Payment> {
  const payment = await shop.createPayment(userId);
  shop.pay(payment);
  await expect.poll(() => deliveries(payment), POLL).not.toEqual([]);
  return payment;
}

test('a payment ticked in NocoDB is told to the bot, once', async () => {
  const payment = await payAndWait('told');
  await payAndWait('told-later');

  const { paidAt } = await shop.tracker.status(payment.userId, payment.recordId);
  const key = `PushTest-Payments/told/${payment.recordId}`;
  expect(await deliveries(payment)).toEqual([
    expect.stringContaining(`record ${payment.recordId} was paid at ${paidAt?.toISOString()} (${key})`),
  ]);
});

test('the command line repeats the event, with the same key', async () => {
  const payment = await payAndWait('repeated');
  const { userId, recordId } = payment;
  const onStack = ['--stack', 'PushTest', '--endpoint', shop.deployed.aws.endpoint];

  const one = await runCli(['announce', userId, recordId, ...onStack]);
  expect(one).toEqual({ exitCode: 0, out: '📣 Announced 1 confirmed payment\n', err: '' });
  await expect.poll(() => deliveries(payment), POLL).toHaveLength(2);
  const all = await runCli(['announce', '--since', '2026-01-01', '--json', ...onStack]);
  expect(JSON.parse(all.out).announced).toBeGreaterThan(1);
  await expect.poll(() => deliveries(payment), POLL).toHaveLength(3);

  const keys = (await deliveries(payment)).map((line) => /\((PushTest.*)\)/.exec(line)?.[1]);
  expect(new Set(keys)).toEqual(new Set([`PushTest-Payments/${userId}/${recordId}`]));
});

test('nothing else is told: no tracking, no untracking, no renewal', async () => {
  const [tracked, untracked] = [await shop.createPayment('tracked'), await shop.createPayment('untracked')];
  await shop.tracker.track(tracked.userId, tracked.recordId);
  await shop.tracker.untrack(untracked.userId, untracked.recordId);

  // The stream keeps its order: what came before this confirmation has been read when it is told.
  await payAndWait('told-last');

  expect(await deliveries(tracked)).toEqual([]);
  expect(await deliveries(untracked)).toEqual([]);
});

test('whoever listens to the bus gets an event that satisfies the schema', async () => {
  const listener = await listen(shop.deployed.output('EventBusArn'));
  const payment = await payAndWait('heard');

  await expect.poll(listener.events, POLL).toHaveLength(1);
  const [event] = await listener.events();

  const ajv = new Ajv({ allErrors: true, strict: true });
  addFormats.default(ajv);
  const isValid = ajv.compile(JSON.parse(await readFile(SCHEMA, 'utf8')));
  expect(event).toMatchObject({
    source: 'payment-tracker',
    'detail-type': 'PaymentConfirmed',
    detail: { ...payment, confirmedBy: 'tick', trackerName: 'PushTest-Payments' },
  });
  expect(isValid(event?.detail), JSON.stringify(isValid.errors)).toBe(true);
});

/** Listens to a bus as a program without the construct would: with a rule and a queue of its own. */
async function listen(busArn: string) {
  // The emulator finds a bus by its name only.
  const busName = busArn.split('/').at(-1);
  const { aws } = shop.deployed;
  const queues = new SQSClient(aws);
  const bus = new EventBridgeClient(aws);
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: 'push-test-listener' }));
  const { Attributes: attributes } = await queues.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const rule = { Name: 'push-test-listener', EventBusName: busName };
  await bus.send(new PutRuleCommand({ ...rule, EventPattern: '{"source":["payment-tracker"]}' }));
  await bus.send(
    new PutTargetsCommand({
      Rule: rule.Name,
      EventBusName: busName,
      Targets: [{ Id: 'queue', Arn: attributes?.QueueArn }],
    }),
  );
  const heard: { detail: unknown }[] = [];
  return {
    async events() {
      const { Messages: messages = [] } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      heard.push(...messages.map(({ Body }) => JSON.parse(Body ?? '') as { detail: unknown }));
      return heard;
    },
  };
}
