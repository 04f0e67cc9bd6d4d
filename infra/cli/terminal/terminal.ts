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
