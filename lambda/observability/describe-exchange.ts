import type { RequestTotals } from '../tracker/events.ts';
import type { ExchangeRequest, ExchangeResponse } from '../tracker/record-source.ts';

const OUTCOME_SIGNS = { ok: '📥', failed: '❌', rateLimited: '🚫' } as const;

export function describeRequest({ method, endpoint, params, recordIds }: ExchangeRequest): string {
  return `📡 NocoDB request: ${method} ${endpoint} (${recordIds} record ids; ${params})`;
}

export function describeResponse(event: ExchangeResponse & { readonly totals: RequestTotals }): string {
  const { outcome, status, milliseconds, bytes, records, totals } = event;
  const answer = status === 0 ? 'no answer' : `status ${status}`;
  const seconds = (milliseconds / 1000).toFixed(2);
  const sums = `✅ ${totals.requestsOk} ❌ ${totals.requestsFailed} 🚫 ${totals.requestsRateLimited}`;
  return `${OUTCOME_SIGNS[outcome]} NocoDB response: ${answer} in ${seconds}s, ${bytes} bytes, ${records} records (in total ${sums})`;
}
