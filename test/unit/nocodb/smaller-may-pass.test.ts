import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../lambda/tracker/clock.ts';
import { type Answer, json, silence, startHttpServer, text } from '../../support/http-server.ts';
import { halfBody, notHttp, page, reset, stalledBody } from './answers.ts';
import { ERROR_RESPONSES, PASSING, TIMEOUTS } from './error-responses.ts';
import { failureOf, query, sourceFor } from './fixtures.ts';

/** The error of a list that gets this answer to every attempt. */
async function failureFor(answer: Answer) {
  const server = await startHttpServer(answer);
  const { source, within } = sourceFor(server.url);
  return failureOf(source.list(query(['1']), within()));
}

const isTooLong = (kind: string) => kind === 'UrlTooLong';

describe('a smaller request may pass', () => {
  it.each<[string, Answer]>([
    ['silence', silence],
    ['an answer that does not end', stalledBody],
  ])('after %s until the deadline', async (_name, answer) => {
    const server = await startHttpServer(answer);
    const { source } = sourceFor(server.url, {}, { clock: systemClock });

    const error = await failureOf(source.list(query(['1']), { deadline: Date.now() + 50, report: () => {} }));

    expect(error).toMatchObject({ kind: 'Timeout', smallerMayPass: true });
  });

  it.each<[string, Answer]>([
    ['a connection that is closed before the answer', reset],
    ['half a body', halfBody],
    ['something that is not HTTP', notHttp],
    ...TIMEOUTS,
    ...ERROR_RESPONSES.filter(([, , kind]) => isTooLong(kind)).map(([name, answer]): [string, Answer] => [
      name,
      answer,
    ]),
  ])('after %s', async (_name, answer) => {
    expect(await failureFor(answer)).toMatchObject({ smallerMayPass: true });
  });

  it('and the statuses 413, 414 and 431 are among them', async () => {
    for (const status of [413, 414, 431]) {
      const error = await failureFor(text(status, ''));
      expect(error).toMatchObject({ kind: 'UrlTooLong', smallerMayPass: true });
    }
  });
});

describe('a smaller request is of no use', () => {
  it.each<[string, Answer]>([
    ...PASSING,
    ...ERROR_RESPONSES.filter(([, , kind]) => !isTooLong(kind)).map(([name, answer]): [string, Answer] => [
      name,
      answer,
    ]),
    ['429', json(429, 'ThrottlerException: Too Many Requests')],
    ['HTML instead of JSON', text(200, '<!DOCTYPE html>')],
    ['an empty body', text(200, '')],
    ['another shape', json(200, { records: [] })],
    ['another shape of a record', page([{ Id: 1 }])],
  ])('after %s', async (_name, answer) => {
    expect(await failureFor(answer)).toMatchObject({ smallerMayPass: false });
  });

  it('where nothing listens, and where no time was left to send it', async () => {
    const server = await startHttpServer(page([]));
    const refused = sourceFor(server.url.replace(/:\d+$/, ':1'));
    const late = sourceFor(server.url);

    const errors = [
      await failureOf(refused.source.list(query(['1']), refused.within())),
      await failureOf(late.source.list(query(['1']), late.within(0))),
    ];

    expect(errors).toMatchObject([
      { kind: 'ConnectionFailed', smallerMayPass: false },
      { kind: 'Timeout', smallerMayPass: false },
    ]);
  });
});
