import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { awsClientConfig } from '../../infra/local/emulator/aws-environment.ts';
import { findPython } from '../../infra/local/emulator/python.ts';
import { runCommand } from '../../infra/local/process/run-command.ts';
import { type PaymentConfirmed, verifyConfirmed } from '../../lambda/client/index.ts';
import { paymentConfirmed } from '../../lambda/notify/payment-confirmed.ts';
import { signConfirmed } from '../../lambda/post/standard-webhook.ts';
import { codeAfter } from '../support/docs.ts';
import { type Answer, openHttpServer, silence, type TestHttpServer } from '../support/http-server.ts';
import { type DemoShop, openDemoShop } from './support/demo-shop.ts';

const STACK = 'PostTest';
const SECRET = { name: `/${STACK}/post-secret`, value: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } as const;
const POLL = { timeout: 120_000, interval: 500 } as const;

interface Arrival extends PaymentConfirmed {
  readonly webhookId: unknown;
}

/** Verified requests, as they arrived. */
const arrivals: Arrival[] = [];
/** What the server answers about a user, one after another; then 204. */
const answers = new Map<string, Answer[]>();

const status =
  (code: number): Answer =>
  (response) =>
    void response.writeHead(code).end();

let server: TestHttpServer;
let shop: DemoShop;

beforeAll(async () => {
  server = await openHttpServer((response, { headers, text }) => {
    const event = verifyConfirmed(headers, text, SECRET.value);
    arrivals.push({ ...event, webhookId: headers['webhook-id'] });
    const answer = answers.get(event.userId)?.shift() ?? status(204);
    return answer(response, undefined as never);
  });
  await ssm().send(new PutParameterCommand({ Name: SECRET.name, Value: SECRET.value, Type: 'SecureString' }));
  shop = await openDemoShop(STACK, {
    CONFIRMED_WEBHOOK_URL: `${server.url}/confirmed`,
    CONFIRMED_WEBHOOK_SECRET_PARAMETER: SECRET.name,
  });
});
afterAll(async () => {
  await shop?.close();
  await server?.close();
  await ssm().send(new DeleteParameterCommand({ Name: SECRET.name }));
});

const ssm = () => new SSMClient(awsClientConfig(inject('awsEndpoint')));
const arrivalsOf = (userId: string) => arrivals.filter((arrival) => arrival.userId === userId);

async function pay(userId: string): Promise<void> {
  shop.pay(await shop.createPayment(userId));
}

test('a payment arrives at the server, signed, and once', async () => {
  await pay('posted');
  await pay('posted-later');

  await expect.poll(() => arrivalsOf('posted-later'), POLL).toHaveLength(1);
  await expect.poll(() => arrivalsOf('posted'), POLL).toHaveLength(1);
  expect(arrivalsOf('posted')).toMatchObject([{ confirmedBy: 'tick', trackerName: `${STACK}-Payments` }]);
});

test('a server that fails and then hangs gets the payment again, until it accepts it', async () => {
  answers.set('again', [status(500), silence]);

  await pay('again');

  await expect.poll(() => arrivalsOf('again'), POLL).toHaveLength(3);
  expect(new Set(arrivalsOf('again').map(({ webhookId }) => webhookId)).size).toBe(1);
});

test('a server that answers 410 gets the payment no more: it is in the dead-letter queue', async () => {
  answers.set('gone', [status(410)]);
  const sqs = new SQSClient(shop.deployed.aws);

  await pay('gone');

  const { QueueUrls: urls = [] } = await sqs.send(new ListQueuesCommand({}));
  const deadLetters = urls.find((url) => url.includes(`${STACK}-PaymentsDeadLetters`));
  const waiting = async () => {
    const input = { QueueUrl: deadLetters, AttributeNames: ['ApproximateNumberOfMessages' as const] };
    return (await sqs.send(new GetQueueAttributesCommand(input))).Attributes?.ApproximateNumberOfMessages;
  };
  await expect.poll(waiting, POLL).toBe('1');
  const { Messages: [letter] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: deadLetters }));
  expect(JSON.parse(letter?.Body ?? '')).toEqual({
    error: expect.stringContaining('410'),
    event: expect.objectContaining({ userId: 'gone' }),
  });
  expect(arrivalsOf('gone')).toHaveLength(1);
});

/** Calls the README's function in Python, with the arguments in JSON; the body is text. */
async function verifyInPython(
  headers: object,
  body: string,
): Promise<{ code: number | null; output: string }> {
  const call = `
import sys
headers, body, secret = json.loads(sys.argv[1])
print(json.dumps(verify_confirmed(headers, body.encode(), secret)))
`;
  return runCommand({
    file: await findPython(runCommand),
    args: [
      '-c',
      codeAfter('post-python', 'lambda/notify/README.md') + call,
      JSON.stringify([headers, body, SECRET.value]),
    ],
  });
}

test('the Python of the README accepts what is signed, and nothing else', async () => {
  const event = paymentConfirmed({ userId: 'иван', recordId: '17', paidAt: 0 }, 'shop');
  const { headers, body } = signConfirmed(event, SECRET.value, Date.now());
  const old = signConfirmed(event, SECRET.value, Date.now() - 301_000);
  const { 'webhook-signature': signature, ...unsigned } = headers;

  expect(JSON.parse((await verifyInPython(headers, body)).output)).toEqual(event);
  const refused = await Promise.all([
    verifyInPython(headers, body.replace('17', '18')),
    verifyInPython({ ...headers, 'webhook-signature': `v1,${signature}` }, body),
    verifyInPython(old.headers, old.body),
    verifyInPython(unsigned, body),
  ]);
  expect(refused.map(({ output }) => /ValueError: .*/.exec(output)?.[0])).toEqual([
    'ValueError: wrong signature',
    'ValueError: wrong signature',
    'ValueError: not now',
    "ValueError: no header 'webhook-signature'",
  ]);
});
