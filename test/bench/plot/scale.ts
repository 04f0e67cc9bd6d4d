/** Maps values to pixels. */
export type Scale = (value: number) => number;

export function linearScale([from, to]: Range, [start, end]: Range): Scale {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** For values above 0 that span several powers of ten. */
export function logScale([from, to]: Range, pixels: Range): Scale {
  const linear = linearScale([Math.log10(from), Math.log10(to)], pixels);
  return (value) => linear(Math.log10(value));
}

export type Range = readonly [from: number, to: number];

/** The powers of ten from the one below the least value to the one above the largest. */
export function powersOfTen(least: number, largest: number): number[] {
  const first = Math.floor(Math.log10(least));
  const last = Math.ceil(Math.log10(largest));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}
