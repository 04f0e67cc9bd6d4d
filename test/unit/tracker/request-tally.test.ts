import { expect, it } from 'vitest';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import type { ExchangeEvent } from '../../../lambda/tracker/record-source.ts';
import { RequestTally } from '../../../lambda/tracker/request-tally.ts';

const REQUEST: ExchangeEvent = {
  type: 'nocodb.request',
  method: 'GET',
  endpoint: '/x',
  params: '',
  recordIds: 3,
};
const response = (outcome: 'ok' | 'failed' | 'rateLimited') =>
  ({
    type: 'nocodb.response',
    method: 'GET',
    endpoint: '/x',
    status: 200,
    milliseconds: 3,
    bytes: 9,
    records: 1,
    outcome,
  }) as const satisfies ExchangeEvent;

it('requests are counted by what came of them, and each is told with the totals so far', () => {
  const events: TrackerEvent[] = [];
  const before = { requestsOk: 100, requestsFailed: 20, requestsRateLimited: 3 };
  const tally = new RequestTally(before, (event) => events.push(event));

  tally.report(REQUEST);
  for (const outcome of ['ok', 'ok', 'failed', 'rateLimited'] as const) tally.report(response(outcome));

  expect(tally.counted).toEqual({ requests: 4, requestsOk: 2, requestsFailed: 1, requestsRateLimited: 1 });
  const totals = (requestsOk: number, requestsFailed: number, requestsRateLimited: number) => ({
    totals: { requestsOk, requestsFailed, requestsRateLimited },
  });
  expect(events).toEqual([
    REQUEST,
    { ...response('ok'), ...totals(101, 20, 3) },
    { ...response('ok'), ...totals(102, 20, 3) },
    { ...response('failed'), ...totals(102, 21, 3) },
    { ...response('rateLimited'), ...totals(102, 21, 4) },
  ]);
});
