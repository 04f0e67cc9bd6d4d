/** A stream of random numbers that a seed repeats exactly. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** From `low` up to, but not including, `high`. */
  between(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** Exponentially distributed: the wait for the next event of a steady rate. */
  exponential(mean: number): number;
  pick<T>(items: readonly T[]): T;
  /** A stream of its own, so that more draws of one part of the world do not shift those of another. */
  fork(name: string): Random;
}

/** @param seed any whole number */
export function createRandom(seed: number): Random {
  const next = mulberry32(seed);
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    exponential: (mean) => -Math.log(1 - next()) * mean,
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('There is nothing to pick from.');
      return item;
    },
    fork: (name) => createRandom(seed ^ hash(name)),
  };
}

/** Tommy Ettinger's mulberry32: small, quick, and good enough to shake a program with. Public domain. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
