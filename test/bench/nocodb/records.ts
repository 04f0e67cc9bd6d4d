import { Agent, request } from 'undici';
import type { NocoDbAddress } from './start.ts';

/** The largest number of records in one call of NocoDB's API v2. */
const RECORDS_IN_CALL = 100;

const AGENT = new Agent({ connections: 32 });

/**
 * Creates records, none of them paid.
 *
 * @returns their ids
 */
export async function insertRecords(nocodb: NocoDbAddress, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const size = Math.min(RECORDS_IN_CALL, count - ids.length);
    const records = Array.from({ length: size }, (_, index) => ({ Title: `Order ${ids.length + index}` }));
    const created = (await send(nocodb, 'POST', records)) as { Id: number }[];
    ids.push(...created.map(({ Id }) => String(Id)));
  }
  return ids;
}

/** Ticks or unticks records. */
export async function setPaid(nocodb: NocoDbAddress, ids: readonly string[], paid: boolean): Promise<void> {
  for (let start = 0; start < ids.length; start += RECORDS_IN_CALL) {
    const changes = ids.slice(start, start + RECORDS_IN_CALL).map((id) => ({ Id: Number(id), Paid: paid }));
    await send(nocodb, 'PATCH', changes);
  }
}

async function send({ url, token, tableId }: NocoDbAddress, method: 'POST' | 'PATCH', body: unknown) {
  const response = await request(`${url}/api/v2/tables/${tableId}/records`, {
    method,
    headers: { 'xc-token': token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    dispatcher: AGENT,
  });
  const text = await response.body.text();
  if (response.statusCode >= 300)
    throw new Error(`${method} records: ${response.statusCode} ${text.slice(0, 300)}`);
  return JSON.parse(text) as unknown;
}

/** The result of a request for the record of one user. */
export interface Poll {
  /** When it was sent and answered; milliseconds of `performance.now`. */
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly bytes: number;
  /** `refused`: by the rate limit. */
  readonly answer: 'paid' | 'unpaid' | 'refused';
}

/** Asks for one record, like a bot that polls for one user. */
export async function poll({ url, token, tableId }: NocoDbAddress, id: string): Promise<Poll> {
  const sentAt = performance.now();
  const response = await request(`${url}/api/v2/tables/${tableId}/records/${id}`, {
    headers: { 'xc-token': token },
    dispatcher: AGENT,
  });
  const text = await response.body.text();
  const answered = { sentAt, answeredAt: performance.now(), bytes: Buffer.byteLength(text) };
  if (response.statusCode === 429) return { ...answered, answer: 'refused' };
  if (response.statusCode !== 200)
    throw new Error(`GET record: ${response.statusCode} ${text.slice(0, 300)}`);
  const { Paid } = JSON.parse(text) as { Paid: unknown };
  return { ...answered, answer: Paid === true || Paid === 1 ? 'paid' : 'unpaid' };
}
