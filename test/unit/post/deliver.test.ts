import { describe, expect, it } from 'vitest';
import { paymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';
import { backOff, deliver, MAX_ATTEMPTS } from '../../../lambda/post/deliver.ts';
import { verifyConfirmed } from '../../../lambda/post/standard-webhook.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Answer, json, silence, startHttpServer, text } from '../../support/http-server.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const EVENT = paymentConfirmed({ userId: '12345', recordId: '17', paidAt: Date.UTC(2026, 0, 2) }, 'shop');
const DAY_SECONDS = 86_400;

async function prepare(answer: Answer, { queueFails = false, secretFails = false, url = '' } = {}) {
  const server = await startHttpServer(answer);
  const clock = new FakeClock();
  const postponed: number[] = [];
  const given: unknown[] = [];
  const lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  const log = (level: string) => (message: string, fields: Record<string, unknown>) =>
    void lines.push({ level, message, fields });
  const send = (attempt: number, body = JSON.stringify({ detail: EVENT })) =>
    deliver(
      { body, receiptHandle: 'handle', attributes: { ApproximateReceiveCount: String(attempt) } },
      {
        url: url || `${server.url}/hook-with-a-secret`,
        secret: {
          get: () => (secretFails ? Promise.reject(new Error('SSM is away')) : Promise.resolve(SECRET)),
        },
        queue: {
          async postpone(_, seconds) {
            if (queueFails) throw new Error('SQS is away');
            postponed.push(seconds);
          },
        },
        deadLetters: { put: async (what) => void given.push(what) },
        clock,
        timeout: answer === silence ? 50 : 5_000,
        logger: { info: log('info'), warn: log('warn'), error: log('error') },
      },
    );
  return { server, clock, postponed, given, lines, send };
}

describe('an event that is posted', () => {
  it('is done with when the server accepts it, and verifies there', async () => {
    const { server, clock, postponed, send } = await prepare(json(204, undefined));

    expect(await send(1)).toBe(true);

    const [request] = server.requests;
    expect(request?.method).toBe('POST');
    expect(verifyConfirmed(request?.headers ?? {}, request?.text ?? '', SECRET, clock.now())).toEqual(EVENT);
    expect(postponed).toEqual([]);
  });

  it.each([
    ['a fault of the server', json(500, {})],
    ['a page of a login', text(302, '', { location: 'https://bot.example.com/login' })],
    ['a refusal', json(401, {})],
    ['a closed connection', (response) => void response.socket?.destroy()],
  ] satisfies [string, Answer][])(
    'comes again after %s, and the log does not show the path',
    async (_, answer) => {
      const { server, postponed, given, lines, send } = await prepare(answer);

      expect(await send(3)).toBe(false);

      expect(server.requests).toHaveLength(1);
      expect(postponed).toEqual([40]);
      expect(given).toEqual([]);
      expect(lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('again in 40 s') }]);
      expect(JSON.stringify(lines)).not.toContain('hook-with-a-secret');
    },
  );

  it('comes again when the server does not answer in time', async () => {
    const { postponed, lines, send } = await prepare(silence);

    expect(await send(1)).toBe(false);

    expect(postponed).toEqual([10]);
    expect(lines).toMatchObject([{ fields: { error: { name: 'TimeoutError' } } }]);
  });

  it('is not posted again after 410: it goes to the dead letters, whole', async () => {
    const { postponed, given, lines, send } = await prepare(json(410, {}));

    expect(await send(1)).toBe(true);

    expect(given).toEqual([{ event: EVENT }]);
    expect(postponed).toEqual([]);
    expect(lines).toMatchObject([{ level: 'error', fields: { error: { kind: 'PostFailed' } } }]);
  });

  it('comes again while the secret cannot be read, and nothing is sent', async () => {
    const { server, postponed, send } = await prepare(json(200, {}), { secretFails: true });

    expect(await send(1)).toBe(false);

    expect(server.requests).toEqual([]);
    expect(postponed).toEqual([10]);
  });

  it('comes again also when the queue cannot be told when', async () => {
    const { lines, send } = await prepare(json(500, {}), { queueFails: true });

    expect(await send(1)).toBe(false);

    expect(lines.map(({ level }) => level)).toEqual(['warn', 'error']);
  });

  it('comes again when it is not an event, until the queue gives it up', async () => {
    const { server, send } = await prepare(json(200, {}));

    expect(await send(1, 'nonsense')).toBe(false);
    expect(server.requests).toEqual([]);
  });
});

it('the attempts become rarer, and are over after a day', () => {
  const delays = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, index) => backOff(index + 1));

  expect(delays.slice(0, 4)).toEqual([10, 20, 40, 80]);
  expect(Math.max(...delays)).toBe(3600);
  const total = delays.reduce((sum, delay) => sum + delay, 0);
  expect(total).toBeGreaterThan(0.95 * DAY_SECONDS);
  expect(total).toBeLessThan(1.05 * DAY_SECONDS);
});
