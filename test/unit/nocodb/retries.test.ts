import { describe, expect, it } from 'vitest';
import { MAX_RESPONSE_BYTES } from '../../../lambda/nocodb/exchange.ts';
import { systemClock } from '../../../lambda/tracker/clock.ts';
import { type Answer, json, silence, startHttpServer, text } from '../../support/http-server.ts';
import { halfBody, notHttp, page, reset, stalledBody } from './answers.ts';
import { failureOf, query, sourceFor } from './fixtures.ts';

const PAID = page([{ Id: 1, Paid: 1 }]);
const FAULT = json(500, { msg: 'went wrong' });

describe('a fault that passes', () => {
  it.each<[string, Answer]>([
    ['a server fault', FAULT],
    ['HTML instead of JSON', text(200, '<!DOCTYPE html><title>Maintenance</title>')],
    ['an empty body', text(200, '')],
    ['half a body', halfBody],
    ['something that is not HTTP', notHttp],
  ])('%s is followed by another attempt after a back-off', async (_name, fault) => {
    // Prepare
    const server = await startHttpServer(fault, PAID);
    const { source, within, clock, events } = sourceFor(server.url);

    // Act
    const answer = await source.list(query(['1']), within());

    // Assess
    expect(answer.records).toEqual([{ recordId: '1', paid: true }]);
    expect(server.requests).toHaveLength(2);
    // 200 ms of back-off, and the rest of the time between two requests.
    expect(clock.sleeps).toEqual([200, 50]);
    expect(events.map(({ type }) => type)).toEqual([
      'nocodb.request',
      'nocodb.response',
      'nocodb.request',
      'nocodb.response',
    ]);
  });

  it('is tried three times, with a back-off that grows and has full jitter', async () => {
    const server = await startHttpServer(FAULT);
    const early = sourceFor(server.url, {}, { random: () => 0 });
    const late = sourceFor(server.url, {}, { random: () => 0.999 });

    await failureOf(early.source.list(query(['1']), early.within()));
    await failureOf(late.source.list(query(['1']), late.within()));

    expect(server.requests).toHaveLength(6);
    expect(early.clock.sleeps).toEqual([250, 250]);
    expect(late.clock.sleeps.map(Math.round)).toEqual([400, 799]);
  });

  it('is not waited for beyond the deadline', async () => {
    const server = await startHttpServer(FAULT);
    const { source, within, clock } = sourceFor(server.url, {}, { random: () => 0.9 });

    const error = await failureOf(source.list(query(['1']), within(300)));

    expect(error.kind).toBe('ServerFault');
    expect(server.requests).toHaveLength(1);
    expect(clock.sleeps).toEqual([]);
  });
});

describe('a connection', () => {
  it('that the server closed while it was kept is replaced without a back-off', async () => {
    const server = await startHttpServer(PAID, reset, PAID);
    const { source, within, clock } = sourceFor(server.url);
    await source.list(query(['1']), within());

    const answer = await source.list(query(['1']), within());

    expect(answer.records).toHaveLength(1);
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
    expect(clock.sleeps).toEqual([250, 250]);
  });

  it('that dies twice is tried once more, after a back-off', async () => {
    const server = await startHttpServer(reset);
    const { source, within, clock, events } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('ConnectionFailed');
    expect(server.requests).toHaveLength(3);
    expect(clock.sleeps).toEqual([250, 400]);
    expect(events.at(-1)).toMatchObject({ outcome: 'failed', status: 0, bytes: 0 });
  });

  it('that is refused fails after three attempts and names the address', async () => {
    const server = await startHttpServer(PAID);
    const { source, within, events } = sourceFor(server.url.replace(/:\d+$/, ':1'));

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('ConnectionFailed');
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.message).toContain('GET http://127.0.0.1:1/api/v2/');
    expect(events.filter(({ type }) => type === 'nocodb.response')).toHaveLength(3);
  });

  it('to a host that does not exist is not tried again', async () => {
    const { source, within, events } = sourceFor('http://nocodb.invalid');

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('ConnectionFailed');
    expect(events).toHaveLength(2);
  });
});

describe('a server that hangs', () => {
  it.each<[string, Answer]>([
    ['before the answer', silence],
    ['in the middle of the answer', stalledBody],
  ])('%s is waited for until the deadline, and not asked again', async (_name, fault) => {
    const server = await startHttpServer(fault, PAID);
    const { source, events } = sourceFor(server.url, {}, { clock: systemClock, random: () => 0 });
    const startedAt = Date.now();

    const error = await failureOf(
      source.list(query(['1']), { deadline: startedAt + 400, report: (event) => events.push(event) }),
    );

    expect(error.kind).toBe('Timeout');
    expect(server.requests).toHaveLength(1);
    // Timers of Node may be a millisecond early.
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(398);
    expect(events.at(-1)).toMatchObject({ outcome: 'failed' });
  });

  it('is not asked when no time is left', async () => {
    const server = await startHttpServer(PAID);
    const { source, within, events } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within(0)));

    expect(error.kind).toBe('Timeout');
    expect(server.requests).toHaveLength(0);
    expect(events).toEqual([]);
  });
});

describe('an answer that is not one', () => {
  it.each<[string, Answer, string]>([
    [
      'HTML',
      text(200, '<!DOCTYPE html>\n<title>NocoDB</title>'),
      'HTML instead of JSON: <!DOCTYPE html> <title>NocoDB',
    ],
    ['nothing', text(200, ''), 'nothing instead of JSON'],
    ['half a body', halfBody, 'broke off after 17 bytes'],
    ['something that is not HTTP', notHttp, 'broke off after 0 bytes (HPE_INVALID_CONSTANT)'],
  ])('%s is an invalid response once it has been tried three times', async (_name, answer, words) => {
    const server = await startHttpServer(answer);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('InvalidResponse');
    expect(error.message).toContain(words);
    expect(server.requests).toHaveLength(3);
  });

  it('of another shape is not tried again', async () => {
    const server = await startHttpServer(json(200, { records: [] }));
    const { source, within, events } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('InvalidResponse');
    expect(error.message).toContain('the list of records is missing');
    expect(server.requests).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ outcome: 'failed', status: 200 });
  });

  it('is not read beyond the largest size', async () => {
    const flood: Answer = (response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const pour = () => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', pour);
      };
      pour();
    };
    const server = await startHttpServer(flood);
    const { source, within, events } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('InvalidResponse');
    expect(error.message).toContain(`larger than ${MAX_RESPONSE_BYTES} bytes`);
    expect(server.requests).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ outcome: 'failed', bytes: expect.any(Number) });
  });
});
