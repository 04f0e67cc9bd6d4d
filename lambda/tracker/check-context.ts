import type { Clock } from './clock.ts';
import type { ControlState } from './control-state.ts';
import type { Observer } from './events.ts';
import type { Pacer } from './pacer.ts';
import type { PendingPayments } from './pending-payments.ts';
import type { RecordSource, RequestContext } from './record-source.ts';
import type { SeenNews } from './seen-news.ts';
import type { TableGuard } from './watched-table.ts';

/** What the parts of a tick share. */
export interface CheckContext {
  readonly clock: Clock;
  readonly payments: PendingPayments;
  readonly source: RecordSource;
  readonly observe: Observer;
  readonly seenNews: SeenNews;
  readonly pacer: Pacer;
  readonly guard: TableGuard;
  readonly report: RequestContext['report'];
  /** What earlier ticks remember. */
  readonly control: ControlState;
  /** The payments that this tick has confirmed, by `nameOf`. */
  readonly confirmedBefore: Set<string>;
  /** When the tick began. Epoch milliseconds, here and below. */
  readonly now: number;
  /** No request is sent after this. */
  readonly askUntil: number;
  /** No write begins after this. */
  readonly writeUntil: number;
}
