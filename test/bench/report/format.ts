import type { Sample } from '../measure/sample.ts';

/** A Markdown table; the first column is text, the others are figures. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [header, line, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** `12`, `1.3`, `0.25`: at least two significant figures. */
export function figure(value: number): string {
  if (value >= 100) return count(value);
  if (value >= 10) return value.toFixed(0);
  return value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

export function bytes(value: number): string {
  if (value >= 1_000_000) return `${figure(value / 1_000_000)} MB`;
  return value >= 1_000 ? `${figure(value / 1_000)} KB` : `${count(value)} B`;
}

/** Milliseconds, in seconds when they are many. */
export function duration(milliseconds: number): string {
  return milliseconds >= 10_000 ? `${figure(milliseconds / 1000)} s` : `${figure(milliseconds)} ms`;
}

/** `min / median / max ms` */
export function spread({ min, median, max }: Sample): string {
  return `${[min, median, max].map(figure).join(' / ')} ms`;
}

/** How many times as much: `× 600`. */
export function ratio(more: number, less: number): string {
  return less > 0 ? `× ${figure(more / less)}` : '–';
}
