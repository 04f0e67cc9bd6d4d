import type { ConfirmationCount, ReportedPayments } from '../../lambda/tracker/confirm-reported.ts';
import type { PaymentKey } from '../../lambda/tracker/payment.ts';
import { MemoryTable } from './memory-table.ts';

/** The payments table in memory, as the webhook uses it. */
export class ReportedTable extends MemoryTable implements ReportedPayments, ConfirmationCount {
  counted = 0;
  lists = 0;

  override list(): Promise<PaymentKey[]> {
    this.lists += 1;
    return super.list();
  }

  async ofRecord(recordId: string): Promise<PaymentKey[]> {
    return (await super.list()).filter((payment) => payment.recordId === recordId);
  }

  async add(confirmed: number): Promise<void> {
    this.counted += confirmed;
  }
}
