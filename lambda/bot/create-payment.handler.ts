import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
// In your own project, import it from the package payment-tracker.
import { consoleObserver, PaymentTracker, parseUserId } from '../client/index.ts';

const { env } = process;
const V2_URL = `${env.NOCODB_API_URL}/api/v2/tables/${env.NOCODB_TABLE_ID}/records`;
const V3_URL = `${env.NOCODB_API_URL}/api/v3/data/${env.NOCODB_BASE_ID}/${env.NOCODB_TABLE_ID}/records`;
const OWNER_FIELD = env.NOCODB_OWNER_FIELD ?? 'TG ID';
const TOKEN_PARAMETER = env.NOCODB_TOKEN_PARAMETER ?? '';

/** Time limit of the request to NocoDB; the user is waiting. */
const TIMEOUT_MS = 10_000;

const payments = new PaymentTracker({
  tableName: env.PAYMENT_TABLE_NAME ?? '',
  shards: Number(env.PENDING_SHARDS ?? 1),
  retention: { pendingDays: Number(env.PENDING_RETENTION_DAYS ?? 90) },
  observe: consoleObserver(),
});

export interface CreatePaymentEvent {
  readonly userId: number | string;
  /** Title of the record. @default `Payment of <userId>` */
  readonly title?: string;
}

/** Example bot, part 1: a user wants to pay. Creates the record that is ticked as paid later, and tracks it. */
export async function handler({ userId, title }: CreatePaymentEvent): Promise<{ recordId: string }> {
  // Checked first: a record of an invalid user would stay without a payment.
  const owner = parseUserId(userId);
  const recordId = await createRecord({ Title: title ?? `Payment of ${owner}`, [OWNER_FIELD]: owner });
  await payments.track(owner, recordId);
  return { recordId: String(recordId) };
}

type Fields = Readonly<Record<string, string>>;

/** Creates a record, and returns its id. Where NocoDB has no API v2 any more, v3 creates it. */
async function createRecord(fields: Fields): Promise<number | string> {
  if (env.NOCODB_API_VERSION === 'v3') return createInV3(fields);
  const created = await post(V2_URL, fields);
  if (created === undefined) return createInV3(fields);
  // NocoDB answers with the key of the new record, `{ "Id": 42 }`.
  return Object.values(created)[0] as number | string;
}

async function createInV3(fields: Fields): Promise<number | string> {
  const { records: [record] = [] } = ((await post(V3_URL, { fields })) ?? {}) as {
    records?: readonly { readonly id: number | string }[];
  };
  if (record !== undefined) return record.id;
  throw new Error(
    `create record [POST ${V3_URL}]: NocoDB has no such API. Check its address and NOCODB_BASE_ID.`,
  );
}

/** Posts a body to NocoDB. @returns `undefined` when NocoDB does not know the path */
async function post(url: string, body: object): Promise<object | undefined> {
  try {
    const parameter = await getParameter(TOKEN_PARAMETER, { decrypt: true, maxAge: 300 });
    const token = parameter?.trim() ?? '';
    // Checked here, because fetch would show an invalid token in its error.
    if (!/^[!-~]+$/.test(token)) throw new Error(`the parameter ${TOKEN_PARAMETER} contains no token`);
    const response = await fetch(url, {
      method: 'POST',
      // NocoDB closes idle connections after 5 s, and a POST on a closed connection fails.
      headers: { 'xc-token': token, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 404 && /"Cannot POST/.test(await response.clone().text())) return undefined;
    if (!response.ok) throw new Error(`NocoDB answered ${response.status} ${response.statusText}`);
    return (await response.json()) as object;
  } catch (cause) {
    const hint = "Check NocoDB's address, table id and token.";
    throw new Error(`create record [POST ${url}]: ${cause}. ${hint}`, { cause });
  }
}
