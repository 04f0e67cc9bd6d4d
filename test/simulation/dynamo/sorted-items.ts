import type { Item } from './operand.ts';

/** A chunk that grows to this size is split in two. */
const MAX_CHUNK = 512;

interface Entry {
  readonly place: string;
  readonly item: Item;
}

/**
 * The items of one partition in the order of their places (code units, as DynamoDB sorts text). Chunks keep a write cheap
 * when there are hundreds of thousands of items.
 */
export class SortedItems {
  readonly #chunks: Entry[][] = [[]];

  set(place: string, item: Item): void {
    const index = this.#chunkOf(place);
    const chunk = this.#chunks[index] as Entry[];
    const position = firstFrom(chunk, place);
    const isKnown = chunk[position]?.place === place;
    chunk.splice(position, isKnown ? 1 : 0, { place, item });
    if (chunk.length >= MAX_CHUNK) this.#chunks.splice(index + 1, 0, chunk.splice(MAX_CHUNK / 2));
  }

  delete(place: string): void {
    const index = this.#chunkOf(place);
    const chunk = this.#chunks[index] as Entry[];
    const position = firstFrom(chunk, place);
    if (chunk[position]?.place !== place) return;
    chunk.splice(position, 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(index, 1);
  }

  /** The items from a place on, the place included. */
  *from(place: string): Generator<Entry> {
    const first = this.#chunkOf(place);
    for (let index = first; index < this.#chunks.length; index += 1) {
      const chunk = this.#chunks[index] as Entry[];
      for (
        let position = index === first ? firstFrom(chunk, place) : 0;
        position < chunk.length;
        position += 1
      )
        yield chunk[position] as Entry;
    }
  }

  /** The index of the last chunk that begins at the place or before it. */
  #chunkOf(place: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#chunks[middle]?.[0]?.place ?? '') <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The position of the first entry that is not before the place. */
function firstFrom(chunk: readonly Entry[], place: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[middle] as Entry).place < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
