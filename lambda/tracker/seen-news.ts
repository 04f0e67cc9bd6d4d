import type { SourceRecord } from './record-source.ts';

/** How many records are remembered. */
const MAX_SEEN = 5000;

/**
 * Changed records for which no payment is pending. The overlap of the change queries returns each record several times, and
 * this saves the later lookups. It is safe to skip them: a payment that is tracked later is a newcomer, and newcomers are
 * asked for by id.
 */
export class SeenNews {
  readonly #seen = new Map<string, string | null | undefined>();

  has({ recordId, owner }: SourceRecord): boolean {
    return this.#seen.has(recordId) && this.#seen.get(recordId) === owner;
  }

  add({ recordId, owner }: SourceRecord): void {
    this.#seen.delete(recordId);
    this.#seen.set(recordId, owner);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest);
  }
}
