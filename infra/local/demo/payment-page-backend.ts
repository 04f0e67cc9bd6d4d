import type { PaymentTracker } from '../../../lambda/client/index.ts';
import type { DemoRecords } from '../demo-nocodb/demo-nocodb.ts';
import type { Invoke } from '../deployment/deploy-tracker.ts';
import type { PaymentPageBackend, PaymentRow } from '../page/page-server.ts';
import { USER_FIELD } from './customers.ts';

type DemoRecord = ReturnType<DemoRecords['all']>[number];

/** With more rows, each refresh of the page is slow. */
const MAX_ROWS = 50;

export interface PaymentPageBackendOptions {
  readonly records: DemoRecords;
  /** The client that bots use. */
  readonly tracker: Pick<PaymentTracker, 'isPaid' | 'status'>;
  readonly invoke: Invoke;
  /** Name of the example bot's function that creates payments. */
  readonly createPaymentFunction: string;
}

/** The data of the page: the records of the demo NocoDB, and what the client returns for each of them. */
export function createPaymentPageBackend(options: PaymentPageBackendOptions): PaymentPageBackend {
  const { records, tracker, invoke, createPaymentFunction } = options;

  async function toRow(record: DemoRecord): Promise<PaymentRow> {
    const [recordId, userId] = [String(record.Id), String(record[USER_FIELD])];
    const [isPaid, { state, paidAt, dataAgeSeconds }] = await Promise.all([
      tracker.isPaid(userId, recordId),
      tracker.status(userId, recordId),
    ]);
    return {
      recordId,
      userId,
      title: String(record.Title ?? ''),
      paidInNocoDb: Boolean(record.Paid),
      isPaid,
      state,
      dataAgeSeconds,
      ...(paidAt !== undefined && { paidAt: paidAt.getTime() }),
    };
  }

  return {
    list: () => Promise.all(records.all().filter(hasCustomer).slice(-MAX_ROWS).map(toRow)),
    setPaid: async (recordId, paid) => records.setPaid(Number(recordId), paid),
    async create() {
      const userId = nextCustomer(records);
      const created = await invoke(createPaymentFunction, { userId, title: `Order of customer ${userId}` });
      return (created as { recordId: string }).recordId;
    },
  };
}

function hasCustomer(record: DemoRecord): boolean {
  return Boolean(record[USER_FIELD]);
}

/** The user id after the largest one in the table. */
function nextCustomer(records: DemoRecords): string {
  const known = records.all().map((record) => Number(record[USER_FIELD] ?? 0));
  return String(Math.max(1000, ...known.filter(Number.isSafeInteger)) + 1);
}
