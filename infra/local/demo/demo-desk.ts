import type { PaymentTracker } from '../../../lambda/client/index.ts';
import type { DemoRecords } from '../demo-nocodb/demo-nocodb.ts';
import type { Invoke } from '../deployment/deploy-tracker.ts';
import type { PaymentDesk, PaymentRow } from '../page/page-server.ts';
import { USER_FIELD } from './demo.ts';

/** More would make each view of the page slow. */
const SHOWN = 50;

export interface DemoDeskOptions {
  readonly records: DemoRecords;
  /** What bots ask. */
  readonly tracker: Pick<PaymentTracker, 'isPaid' | 'status'>;
  readonly invoke: Invoke;
  /** The example bot that creates payments. */
  readonly createPaymentFunction: string;
}

/** The page's view of the demo: NocoDB's records from its store, everything else as a bot sees it. */
export function createDemoDesk(options: DemoDeskOptions): PaymentDesk {
  const { records, tracker, invoke, createPaymentFunction } = options;

  async function toRow(record: ReturnType<DemoRecords['all']>[number]): Promise<PaymentRow> {
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
    list: () => Promise.all(records.all().filter(hasCustomer).slice(-SHOWN).map(toRow)),
    setPaid: async (recordId, paid) => records.setPaid(Number(recordId), paid),
    async create() {
      const userId = nextCustomer(records);
      const created = await invoke(createPaymentFunction, { userId, title: `Order of customer ${userId}` });
      return (created as { recordId: string }).recordId;
    },
  };
}

function hasCustomer(record: ReturnType<DemoRecords['all']>[number]): boolean {
  return Boolean(record[USER_FIELD]);
}

function nextCustomer(records: DemoRecords): string {
  const known = records.all().map((record) => Number(record[USER_FIELD] ?? 0));
  return String(Math.max(1000, ...known.filter(Number.isSafeInteger)) + 1);
}
