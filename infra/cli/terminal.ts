import { styleText } from 'node:util';

/** Where text goes: standard output or standard error. */
export interface Terminal {
  write(text: string): void;
  /** Whether a person looks at it who can be shown something that changes. */
  readonly interactive: boolean;
  /** Whether text may be coloured. */
  readonly colours: boolean;
  /** Width in characters. */
  readonly columns: number;
}

/** The part of a stream that a terminal is made of: `process.stdout`. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export type Colour = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

/** Width where the stream does not tell. */
const USUAL_COLUMNS = 80;

/**
 * A terminal on a stream. It is coloured only for a person, and not when `NO_COLOR` is set to anything
 * (https://no-color.org) or the terminal is a dumb one.
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
      return stream.columns ?? USUAL_COLUMNS;
    },
  };
}

/** The text in a colour, where the terminal may be coloured. */
export function colour({ colours }: Pick<Terminal, 'colours'>, name: Colour, text: string): string {
  return colours ? styleText(name, text, { validateStream: false }) : text;
}

/** Lines at one place of the terminal that are replaced by the next ones. */
export class LiveView {
  readonly #terminal: Terminal;
  #height = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Draws over what was drawn before. Lines must cutTo the terminal's width: a wrapped one would be counted as one. */
  draw(lines: readonly string[]): void {
    const back = this.#height === 0 ? '' : `\x1b[${this.#height}A`;
    this.#terminal.write(`${back}\r\x1b[0J${lines.map((line) => `${line}\n`).join('')}`);
    this.#height = lines.length;
  }
}

/** Cuts a text to a width in characters. */
export function cutTo(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

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

/** Prints a result: as JSON on one line, or as the text that people read. */
export function print(
  { out, json }: { readonly out: Terminal; readonly json: boolean },
  result: unknown,
  text: string,
): void {
  out.write(`${json ? JSON.stringify(result) : text}\n`);
}
