import type { PaymentTracker } from '../../../lambda/client/index.ts';
import type { DemoRecords } from '../demo-nocodb/demo-nocodb.ts';
import type { Invoke } from '../deployment/deploy-tracker.ts';
import type { TickHistory } from '../log/tick-history.ts';
import type { PageQuery, PaymentPageBackend, PaymentRow } from '../page/page-backend.ts';
import { USER_FIELD } from './customers.ts';

type DemoRecord = ReturnType<DemoRecords['all']>[number];

/** Payments of one page. With more, each refresh of the page is slow. */
export const PAGE_SIZE = 20;

export interface PaymentPageBackendOptions {
  readonly records: DemoRecords;
  /** The client that bots use. */
  readonly tracker: Pick<PaymentTracker, 'isPaid' | 'status' | 'track' | 'getStats'>;
  readonly intervalSeconds: number;
  /** Whether NocoDB's webhook reports paid records. */
  readonly webhook: boolean;
  readonly history: TickHistory;
  readonly invoke: Invoke;
  /** Name of the example bot's function that creates payments. */
  readonly createPaymentFunction: string;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** The data of the page: the records of the demo NocoDB, what the client returns for each of them, and the log's ticks. */
export function createPaymentPageBackend(options: PaymentPageBackendOptions): PaymentPageBackend {
  const { records, tracker, intervalSeconds, webhook, history, now = Date.now } = options;

  async function toRow(record: DemoRecord): Promise<PaymentRow> {
    const [recordId, userId] = [String(record.Id), userOf(record)];
    const [isPaid, { state, paidAt }] = await Promise.all([
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
      ...(paidAt !== undefined && { paidAt: paidAt.getTime() }),
    };
  }

  return {
    async view(query) {
      const { shown, ...numbers } = select(records.all().filter(userOf), query);
      const [payments, stats] = await Promise.all([Promise.all(shown.map(toRow)), tracker.getStats()]);
      return {
        intervalSeconds,
        webhook,
        payments,
        ...numbers,
        dataAgeSeconds: stats.lastUpdate?.ageSeconds ?? null,
        resting: stats.resting,
        ticks: history.ticks(),
        waitingUsers: stats.trackedUsers,
        requestsPerMinute: {
          tracker: history.requestsPerMinute(now()) ?? null,
          polling: (stats.trackedUsers * 60) / intervalSeconds,
        },
      };
    },
    setPaid: async (recordId, paid) => records.setPaid(Number(recordId), paid),
    async track(recordId) {
      const record = records.all().find(({ Id }) => String(Id) === recordId);
      if (record === undefined || !userOf(record)) return false;
      await tracker.track(userOf(record), recordId);
      return true;
    },
    async create() {
      const userId = nextCustomer(records);
      const event = { userId, title: `Order of customer ${userId}` };
      const created = await options.invoke(options.createPaymentFunction, event);
      return (created as { recordId: string }).recordId;
    },
  };
}

/** The records of a page, and how many there are. */
function select(all: readonly DemoRecord[], { search, page: wanted }: PageQuery) {
  const text = search.trim().toLowerCase();
  const found = all.filter((record) =>
    [record.Id, userOf(record), record.Title].some((value) =>
      String(value ?? '')
        .toLowerCase()
        .includes(text),
    ),
  );
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const page = Math.min(Math.max(1, Math.trunc(wanted)), pages);
  const before = (page - 1) * PAGE_SIZE;
  const shown = found.slice(before, before + PAGE_SIZE);
  return { shown, found: found.length, total: all.length, first: before + 1, page, pages };
}

/** The user id; empty if the record has none. */
function userOf(record: DemoRecord): string {
  return String(record[USER_FIELD] ?? '');
}

/** The user id after the largest one in the table. */
function nextCustomer(records: DemoRecords): string {
  const known = records.all().map((record) => Number(record[USER_FIELD] ?? 0));
  return String(Math.max(1000, ...known.filter(Number.isSafeInteger)) + 1);
}
