import type { Terminal } from './terminal/terminal.ts';

/** Prints a result: as JSON on one line, or as the text that people read. */
export function print(
  { out, json }: { readonly out: Terminal; readonly json: boolean },
  result: unknown,
  text: string,
): void {
  out.write(`${json ? JSON.stringify(result) : text}\n`);
}
