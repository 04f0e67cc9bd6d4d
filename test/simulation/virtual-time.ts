import type { Random } from './random.ts';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/**
 * Time that passes only when nothing is left to do at the present moment.
 *
 * Everything under way runs until it waits for a later moment; then time jumps to the earliest of them. Two runs with
 * the same events are identical, promise by promise.
 */
export class VirtualTime {
  #now: number;
  #order = 0;
  readonly #heap: Entry[] = [];
  #failure: { readonly error: unknown } | undefined;

  /** @param start epoch milliseconds */
  constructor(start: number) {
    this.#now = start;
  }

  /** Epoch milliseconds, with fractions. */
  now(): number {
    return this.#now;
  }

  /** Calls `action` at a moment; at once, after what is due already, when it has passed. */
  at(moment: number, action: () => void): void {
    push(this.#heap, { at: Math.max(moment, this.#now), order: this.#order++, action });
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.at(this.#now + milliseconds, resolve));
  }

  /** Runs something beside everything else. What it throws ends {@link runUntil}. */
  spawn(run: () => Promise<unknown>): void {
    run().catch((error: unknown) => this.fail(error));
  }

  /**
   * Lets something happen again and again, from its end to the next time so long on average. Infinity: never.
   *
   * @param isOver whether it is not to happen any more, at a moment at which it would
   */
  repeat(
    { random, every, isOver }: { random: Random; every: number; isOver: () => boolean },
    happen: () => unknown,
  ): void {
    if (!Number.isFinite(every)) return;
    this.spawn(async () => {
      for (;;) {
        await this.sleep(random.exponential(every));
        if (isOver()) return;
        await happen();
      }
    });
  }

  /** Ends {@link runUntil} with an error: something happened that is no simulated fault. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /**
   * Lets time pass up to a moment.
   *
   * @throws what a spawned task threw, or the error given to {@link fail}
   */
  async runUntil(end: number): Promise<void> {
    await quiescence();
    for (let entry = this.#heap[0]; entry && entry.at <= end; entry = this.#heap[0]) {
      pop(this.#heap);
      this.#now = entry.at;
      entry.action();
      await quiescence();
      if (this.#failure) throw this.#failure.error;
    }
    this.#now = Math.max(this.#now, end);
  }
}

/** Resolves when no promise can resolve any more without the passing of time. Nothing in the simulation waits for real input or real time. */
function quiescence(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let child = heap.length;
  heap.push(entry);
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!isBefore(entry, heap[parent] as Entry)) break;
    heap[child] = heap[parent] as Entry;
    child = parent;
  }
  heap[child] = entry;
}

/** Takes the first entry off. */
function pop(heap: Entry[]): void {
  const last = heap.pop() as Entry;
  if (heap.length === 0) return;
  let parent = 0;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
    if (!isBefore(heap[child] as Entry, last)) break;
    heap[parent] = heap[child] as Entry;
    parent = child;
  }
  heap[parent] = last;
}
