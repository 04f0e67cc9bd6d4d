import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';
import {
  InvalidSignatureError,
  signConfirmed,
  verifyConfirmed,
} from '../../../lambda/post/standard-webhook.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const EVENT = paymentConfirmed({ userId: 'иван.1', recordId: '17', paidAt: NOW }, 'shop');

const sign = (secret = SECRET) => signConfirmed(EVENT, secret, NOW);

describe('a signed request', () => {
  it('has the headers of Standard Webhooks, and the event in its body', () => {
    const { headers, body } = sign();

    expect(headers).toEqual({
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^msg_[\w-]{43}$/),
      'webhook-timestamp': String(Math.floor(NOW / 1000)),
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
    expect(JSON.parse(body)).toEqual({ type: 'payment.confirmed', timestamp: EVENT.paidAt, data: EVENT });
  });

  it('has the same id when it is repeated, and another for another record', () => {
    const later = signConfirmed(EVENT, SECRET, NOW + 60_000);
    const other = signConfirmed({ ...EVENT, idempotencyKey: 'shop/1/18' }, SECRET, NOW);

    expect(later.headers['webhook-id']).toBe(sign().headers['webhook-id']);
    expect(later.headers['webhook-signature']).not.toBe(sign().headers['webhook-signature']);
    expect(other.headers['webhook-id']).not.toBe(sign().headers['webhook-id']);
  });

  it('is signed over id, time and body with the decoded secret', () => {
    const { headers, body } = sign();

    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const signature = createHmac('sha256', key).update(text).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
  });

  it('takes secrets of every length from 24 bytes on', () => {
    for (const length of [24, 25, 26, 64]) {
      const secret = `whsec_${Buffer.alloc(length, 1).toString('base64')}`;
      const { headers, body } = sign(secret);
      expect(verifyConfirmed(headers, body, secret, NOW)).toEqual(EVENT);
    }
  });

  it.each([
    '',
    'hunter2',
    'whsec_',
    'whsec_c2hvcnQ=',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    `${SECRET.slice(0, -1)}`,
    `${SECRET}===`,
    `${SECRET} and more`,
    `my ${SECRET}`,
  ])('is not made with %j, and the error does not show it', (secret) => {
    expect(() => sign(secret)).toThrow(TypeError);
    expect(() => sign(secret)).toThrow(/whsec_ and at least 24 random bytes in base64/);
    expect(() => sign(secret)).not.toThrow(/hunter2|c2hvcnQ|MfKQ/);
  });
});

describe('verifyConfirmed', () => {
  const { headers, body } = sign();

  it.each([
    ['Fetch', new Headers(headers)],
    ['Node.js', headers],
    [
      'a proxy',
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])),
    ],
  ])('accepts the headers of %s', (_, given) => {
    expect(verifyConfirmed(given, body, SECRET, NOW)).toEqual(EVENT);
  });

  it('accepts the body as bytes, and a secret with a line break', () => {
    expect(verifyConfirmed(headers, new TextEncoder().encode(body), `${SECRET}\n`, NOW)).toEqual(EVENT);
  });

  it('accepts one right signature of several, as while a secret is replaced', () => {
    const signatures = `v1,${'A'.repeat(43)}= v2,x ${headers['webhook-signature']}`;

    expect(verifyConfirmed({ ...headers, 'webhook-signature': signatures }, body, SECRET, NOW)).toEqual(
      EVENT,
    );
  });

  it('accepts the example in the tests of Standard Webhooks', () => {
    const example = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const verify = (text: string) => verifyConfirmed(example, text, SECRET, 1_614_265_330_000);

    // The example has no data.
    expect(verify('{"test": 2432232314}')).toBeUndefined();
    expect(() => verify('{"test": 2432232315}')).toThrow(InvalidSignatureError);
  });

  const [time, signature] = [headers['webhook-timestamp'], headers['webhook-signature']] as [string, string];

  it.each([
    ['another body', /signature is wrong/, headers, body.replace('17', '18')],
    ['another id', /signature is wrong/, { ...headers, 'webhook-id': 'msg_1' }, body],
    ['another time', /signature is wrong/, { ...headers, 'webhook-timestamp': String(+time + 1) }, body],
    [
      'another version',
      /signature is wrong/,
      { ...headers, 'webhook-signature': signature.replace('v1', 'v2') },
      body,
    ],
    ['a short signature', /signature is wrong/, { ...headers, 'webhook-signature': 'v1,AAAA' }, body],
    ['no signature', /signature is wrong/, { ...headers, 'webhook-signature': '' }, body],
    [
      'no header with it',
      /not a confirmed payment: it has no header webhook-signature/,
      { ...headers, 'webhook-signature': undefined },
      body,
    ],
    ['a time that is none', /time is not the present/, { ...headers, 'webhook-timestamp': 'now' }, body],
    ['a time behind a word', /time is not/, { ...headers, 'webhook-timestamp': `at ${time}` }, body],
    ['a time with a fraction', /time is not/, { ...headers, 'webhook-timestamp': `${time}.5` }, body],
    ['no headers', /no header webhook-id/, {}, body],
  ])('refuses a request with %s', (_, words, given, text) => {
    const verify = () => verifyConfirmed(given, text, SECRET, NOW);

    expect(verify).toThrow(InvalidSignatureError);
    expect(verify).toThrow(words);
  });

  it('refuses the signature of another secret', () => {
    const other = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

    expect(() => verifyConfirmed(headers, body, other, NOW)).toThrow(InvalidSignatureError);
  });

  it.each([
    [299_000, true],
    [300_000 - (NOW % 1000), true],
    [301_000, false],
    [-299_000, true],
    [-301_000, false],
  ])('of a request that is %i ms old is %s', (age, accepted) => {
    const verify = () => verifyConfirmed(headers, body, SECRET, NOW + age);

    if (accepted) expect(verify()).toEqual(EVENT);
    else expect(verify).toThrow(InvalidSignatureError);
  });

  it('refuses whatever is not signed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (signature, text) => {
        const forged = { ...headers, 'webhook-signature': signature };
        expect(() => verifyConfirmed(forged, text, SECRET, NOW)).toThrow(InvalidSignatureError);
      }),
    );
  });
});
