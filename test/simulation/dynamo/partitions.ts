import { parseCondition } from './condition.ts';
import type { Bindings, Item } from './operand.ts';
import { SortedItems } from './sorted-items.ts';

/** The names of the keys by which items are found and sorted. */
export interface KeyNames {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** Orders items with the same sort key; absent: no two have the same. */
  readonly tieBreaker?: string;
}

export interface KeyQuery {
  readonly condition: string;
  readonly bindings: Bindings;
  /** The key behind which it begins. */
  readonly startKey?: Item | undefined;
  readonly limit: number;
}

/** `#pk = :user`, and perhaps `AND #sk = :record` or `AND begins_with(#sk, :record)`. */
const KEY_CONDITION = /^\s*\S+ = (:\w+)(?:\s+AND\s+(?:\S+ = (:\w+)|begins_with\(\S+ (:\w+)\)))?\s*$/i;

/** The items of a table or an index, by partition. */
export class Partitions {
  readonly #keys: KeyNames;
  readonly #partitions = new Map<unknown, SortedItems>();

  constructor(keys: KeyNames) {
    this.#keys = keys;
  }

  set(item: Item): void {
    const name = item[this.#keys.partitionKey];
    const items = this.#partitions.get(name) ?? new SortedItems();
    this.#partitions.set(name, items);
    items.set(this.#place(item), item);
  }

  delete(item: Item): void {
    this.#partitions.get(item[this.#keys.partitionKey])?.delete(this.#place(item));
  }

  /**
   * The items that a key condition holds for, in their order. The condition is evaluated as it is; what is read from it
   * beforehand is only where to begin.
   *
   * @throws {SyntaxError} for a form of condition that the tracker does not use
   */
  query({ condition, bindings, startKey, limit }: KeyQuery): Item[] {
    const [, partition = '', equal, prefix] = KEY_CONDITION.exec(condition) ?? [];
    if (partition === '')
      throw new SyntaxError(`Not a key condition that the simulation knows: ${condition}`);
    const holds = parseCondition(condition);
    const bound = equal ?? prefix;
    const first = bound === undefined ? '' : String(bindings.values[bound]);
    const start = startKey === undefined ? undefined : this.#place(startKey);
    const found: Item[] = [];
    const items = this.#partitions.get(bindings.values[partition])?.from(start ?? first) ?? [];
    for (const { place, item } of items) {
      if (place === start) continue;
      // What a key condition holds for lies side by side.
      if (found.length === limit || !holds(item, bindings)) break;
      found.push(item);
    }
    return found;
  }

  #place(item: Item): string {
    const { sortKey, tieBreaker } = this.#keys;
    return tieBreaker === undefined ? String(item[sortKey]) : `${item[sortKey]} ${item[tieBreaker]}`;
  }
}
