import { styleText } from 'node:util';

/** Where text goes: standard output or standard error. */
export interface Terminal {
  write(text: string): void;
  /** Whether a person can see text that changes. */
  readonly interactive: boolean;
  /** Whether text may have colours. */
  readonly colours: boolean;
  /** Width in characters. */
  readonly columns: number;
}

/** The part of a stream that a terminal needs, as `process.stdout` has it. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Width of a stream that does not have one, such as a pipe. */
const DEFAULT_COLUMNS = 80;

/**
 * A terminal on a stream. It has colours only if the stream is a terminal, the terminal is not a dumb one and
 * `NO_COLOR` is empty (https://no-color.org).
 */
export function terminalOn(
  stream: TerminalStream,
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const interactive = stream.isTTY === true && env.TERM !== 'dumb';
  return {
    write: (text) => {
      stream.write(text);
    },
    interactive,
    colours: interactive && !env.NO_COLOR,
    get columns() {
      return stream.columns ?? DEFAULT_COLUMNS;
    },
  };
}

/** Prints a result: JSON on one line with `--json`, otherwise the text. */
export function print(
  { out, json }: { readonly out: Terminal; readonly json: boolean },
  result: unknown,
  text: string,
): void {
  out.write(`${json ? JSON.stringify(result) : text}\n`);
}

export type Colour = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

/** The text in a colour, if the terminal may have colours. */
export function colour({ colours }: Pick<Terminal, 'colours'>, name: Colour, text: string): string {
  return colours ? styleText(name, text, { validateStream: false }) : text;
}

/** `1,000`: the same on every machine. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** @example plural(1, 'payment') // '1 payment' */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Cuts a text to a width in characters. */
export function cutTo(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Lines that stay in one place of the terminal: each `draw` replaces the lines of the one before. */
export class LiveView {
  readonly #terminal: Terminal;
  #height = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Replaces the lines. A line must fit into the terminal's width: a wrapped line would count as one. */
  draw(lines: readonly string[]): void {
    const back = this.#height === 0 ? '' : `\x1b[${this.#height}A`;
    this.#terminal.write(`${back}\r\x1b[0J${lines.map((line) => `${line}\n`).join('')}`);
    this.#height = lines.length;
  }
}

/** Shows progress on one line that changes. Shows nothing if the terminal is not interactive. */
export interface ProgressBar {
  /** @param total absent if it is not known yet */
  show(done: number, total: number | undefined): void;
  /** Removes the bar from the terminal. */
  clear(): void;
}

/** Moves to the start of the line and clears it. */
const RESTART_LINE = '\r\x1b[2K';

/** @param what the things that are counted: `payments` */
export function createProgressBar(terminal: Terminal, what: string): ProgressBar {
  if (!terminal.interactive) return { show: () => {}, clear: () => {} };
  return {
    show: (done, total) => terminal.write(RESTART_LINE + formatProgress(done, total, what)),
    clear: () => terminal.write(RESTART_LINE),
  };
}

/** Width of the bar in characters. */
const BAR_WIDTH = 24;

/**
 * A bar, followed by its numbers.
 *
 * @example formatProgress(500, 1000, 'rows') // '████████████░░░░░░░░░░░░  50 %  500 of 1,000 rows'
 */
export function formatProgress(done: number, total: number | undefined, what: string): string {
  if (total === undefined) return `${formatCount(done)} ${what}`;
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.round(part * BAR_WIDTH);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${percent} %  ${formatCount(done)} of ${formatCount(total)} ${what}`;
}
