import type { SourceRecord } from './record-source.ts';

/** How many records are remembered. */
const MAX_SEEN = 5000;

/**
 * The records that lately turned out to be nobody's, or confirmed for everybody who waited. The overlap brings each of them
 * several times, and an instance of the tick function need not look them up again: whoever tracks one of them later is a
 * newcomer, who is asked for by id.
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
