import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { PAYMENT_CONFIRMED, type PaymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';
import { RECORD_PREFIX, userIdOf } from '../../../lambda/table/layout.ts';
import type { Change } from '../dynamo/simulated-table.ts';

/** The tracker's name in the simulation. */
export const TRACKER_NAME = 'simulated';

/** What was confirmed, and how the events on the bus and the dead letters compare with it. */
export class AnnouncementLedger {
  /** Events on the bus, those included that repeat one. */
  announced = 0;
  /** Events about nothing that was confirmed. */
  invented = 0;
  /** How often each confirmation was announced. */
  readonly #confirmations = new Map<string, number>();
  /** The key of each payment, and the payment of each key. */
  readonly #keys = new Map<string, string>();
  readonly #payments = new Map<string, string>();
  readonly #withOtherKey = new Set<string>();
  /** Changes that cannot be read, as JSON: whether each is among the dead letters. */
  readonly #unreadable = new Map<string, boolean>();
  #needlessDeadLetters = 0;

  /** Notes each payment that becomes paid. */
  follow({ before, after }: Change): void {
    if (after?.status !== 'paid' || before?.status === 'paid') return;
    const payment = {
      userId: userIdOf(String(after.pk)),
      recordId: String(after.sk).slice(RECORD_PREFIX.length),
    };
    this.#confirmations.set(nameOf(payment, Number(after.paidAt)), 0);
  }

  /** An event is on the bus. It is read as a subscriber reads it. */
  take({ Source: source, DetailType: detailType, Detail: detail = '' }: PutEventsRequestEntry): void {
    const {
      userId,
      recordId,
      paidAt,
      trackerName,
      idempotencyKey: key,
    } = JSON.parse(detail) as PaymentConfirmed;
    this.announced += 1;
    const confirmation = nameOf({ userId, recordId }, Date.parse(paidAt));
    const before = this.#confirmations.get(confirmation);
    const isOurs =
      source === PAYMENT_CONFIRMED.source &&
      detailType === PAYMENT_CONFIRMED.detailType &&
      trackerName === TRACKER_NAME;
    if (before === undefined || !isOurs) {
      this.invented += 1;
      return;
    }
    this.#confirmations.set(confirmation, before + 1);
    const payment = `${userId} ${recordId}`;
    const isSame = setOnce(this.#keys, payment, key) && setOnce(this.#payments, key, payment);
    if (!isSame) this.#withOtherKey.add(payment);
  }

  /** Somebody has written a change that cannot be read. */
  wroteUnreadable(record: object): void {
    this.#unreadable.set(JSON.stringify(record), false);
  }

  /** A message is in the dead-letter queue. */
  buried(body: string): void {
    const record = JSON.stringify(JSON.parse(body).record);
    if (this.#unreadable.has(record)) this.#unreadable.set(record, true);
    else this.#needlessDeadLetters += 1;
  }

  /** Events about a confirmation that was announced before. */
  get repeated(): number {
    return this.announced - this.invented - this.#count((times) => times > 0);
  }

  /** Confirmations that were never announced. Ask for it at the end, when all of them had time to be. */
  get lost(): number {
    return this.#count((times) => times === 0);
  }

  /** Payments that were announced with more than one key, or with the key of another payment. */
  get withOtherKey(): number {
    return this.#withOtherKey.size;
  }

  /** Changes that cannot be read and are not whole in the dead-letter queue, and messages about anything else. */
  get wrongDeadLetters(): number {
    const lost = [...this.#unreadable.values()].filter((isBuried) => !isBuried).length;
    return lost + this.#needlessDeadLetters;
  }

  #count(matches: (times: number) => boolean): number {
    return [...this.#confirmations.values()].filter(matches).length;
  }
}

function nameOf({ userId, recordId }: Pick<PaymentConfirmed, 'userId' | 'recordId'>, paidAt: number): string {
  return `${userId} ${recordId} ${paidAt}`;
}

/** @returns whether the map has this value now */
function setOnce(map: Map<string, string>, name: string, value: string): boolean {
  if (!map.has(name)) map.set(name, value);
  return map.get(name) === value;
}
