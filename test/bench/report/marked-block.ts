/**
 * Replaces what stands between `<!-- name:start -->` and `<!-- name:end -->`.
 *
 * @throws {Error} when the text has no such block
 */
export function replaceBlock(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`There is no block to put the figures in: ${start} … ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}
