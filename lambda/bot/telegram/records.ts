/** After a 429, NocoDB refuses every request for at least 30 seconds. */
const PENALTY_SECONDS = 30;

const TIMEOUT_MS = 10_000;

export interface RecordsOptions {
  /** `https://nocodb.example.com/api/v2/tables/m…/records` */
  readonly url: string;
  readonly token: string;
  /** Title of the field with the user id. */
  readonly ownerField: string;
}

/** Creates records in NocoDB. It sends nothing while NocoDB refuses requests after a 429. */
export function nocoDbRecords({ url, token, ownerField }: RecordsOptions) {
  const operation = `create record [POST ${url}]`;
  let blockedUntil = 0;

  /** @returns the id of the record that the user has to pay */
  return async function createRecord(userId: number): Promise<string> {
    const wait = Math.ceil((blockedUntil - Date.now()) / 1000);
    if (wait > 0) throw new Error(`${operation}: not sent, NocoDB answered 429. Repeat it in ${wait} s.`);
    const response = await fetch(url, {
      method: 'POST',
      // NocoDB closes idle connections after 5 s, and a POST on a closed connection fails.
      headers: { 'xc-token': token, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ Title: `Voucher for ${userId}`, [ownerField]: String(userId) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error) => {
      const cause = error.cause ?? error;
      throw new Error(`${operation}: ${cause.message}. Check NocoDB's address.`, { cause });
    });
    if (response.status === 429) {
      const seconds = Math.max(PENALTY_SECONDS, Number(response.headers.get('retry-after')) || 0);
      blockedUntil = Date.now() + seconds * 1000;
    }
    if (!response.ok) {
      throw new Error(
        `${operation}: NocoDB answered ${response.status}. Check its address, table and token.`,
      );
    }
    // The key of the new record: { "Id": 42 }.
    const [id] = Object.values((await response.json()) as Readonly<Record<string, number | string>>);
    if (id === undefined) throw new Error(`${operation}: the answer has no id. Check NocoDB's address.`);
    return String(id);
  };
}
