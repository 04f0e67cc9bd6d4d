import type { RequestTotals, TickFailed, TickFinished, TickSummary } from '../../../lambda/tracker/events.ts';
import type { ExchangeResponse } from '../../../lambda/tracker/record-source.ts';

/** 12:00:40 UTC. */
export const SLOT = Date.UTC(2026, 0, 1, 12, 0, 40);
export const PAYMENT = { userId: '12345', recordId: '42' };

const SUMMARY: TickSummary = {
  checked: 45,
  confirmed: 8,
  pending: 37,
  missing: 0,
  invalid: 0,
  ownerMismatches: 0,
  held: 0,
  usersUpdated: 45,
  unanswered: 0,
  unfinished: 0,
  requests: 1,
  cutPages: 0,
  milliseconds: 312,
  dataAgeSeconds: 20,
  audit: false,
};

export function finished(some: Partial<TickFinished> = {}): TickFinished {
  return { ...SUMMARY, type: 'tick.finished', nextUpdateAt: SLOT, resting: false, ...some };
}

export function failed(some: Partial<TickFailed> = {}): TickFailed {
  return { ...SUMMARY, type: 'tick.failed', kind: 'Timeout', error: new Error('no answer'), ...some };
}

export function response(
  some: Partial<ExchangeResponse> = {},
): ExchangeResponse & { readonly totals: RequestTotals } {
  return {
    type: 'nocodb.response',
    method: 'GET',
    endpoint: '/api/v2/tables/m1/records',
    outcome: 'ok',
    status: 200,
    milliseconds: 123,
    bytes: 345,
    records: 8,
    totals: { requestsOk: 12, requestsFailed: 2, requestsRateLimited: 1 },
    ...some,
  };
}
