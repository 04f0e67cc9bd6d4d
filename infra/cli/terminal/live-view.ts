import type { Terminal } from './terminal.ts';

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
