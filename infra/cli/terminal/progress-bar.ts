import type { Terminal } from './terminal.ts';

/** Cells of the bar. */
const WIDTH = 24;

/** Back to the start of the line, and clear it. */
const RESTART_LINE = '\r\x1b[2K';

/** Shows how far something is, on one line that changes; shows nothing where no person looks. */
export interface ProgressBar {
  /** @param total absent while it is not known */
  show(done: number, total: number | undefined): void;
  /** Takes the bar away again. */
  clear(): void;
}

/** @param what is counted: `payments` */
export function createProgressBar(terminal: Terminal, what: string): ProgressBar {
  if (!terminal.interactive) return { show: () => {}, clear: () => {} };
  return {
    show: (done, total) => terminal.write(RESTART_LINE + formatProgress(done, total, what)),
    clear: () => terminal.write(RESTART_LINE),
  };
}

/**
 * A bar and what it means.
 *
 * @example formatProgress(500, 1000, 'rows') // '████████████░░░░░░░░░░░░  50 %  500 of 1,000 rows'
 */
export function formatProgress(done: number, total: number | undefined, what: string): string {
  if (total === undefined) return `${formatCount(done)} ${what}`;
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.round(part * WIDTH);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent} %  ${formatCount(done)} of ${formatCount(total)} ${what}`;
}

/** `1,000`: the same on every machine. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
