/** How many characters may differ before two names count as different words. */
const TYPO_DISTANCE = 2;

/**
 * Finds the variable somebody set instead of the one that is read.
 *
 * @param wanted the name that is read
 * @param given the names that are set and that nobody reads
 * @param aliases other names people use for it
 * @example nearMiss('NOCODB_API_URL', ['NOCODB_URL'], ['NOCODB_URL']) // 'NOCODB_URL'
 */
export function nearMiss(
  wanted: string,
  given: readonly string[],
  aliases: readonly string[] = [],
): string | undefined {
  return given.find((name) => {
    const upper = name.toUpperCase();
    return aliases.includes(upper) || editDistance(upper, wanted) <= TYPO_DISTANCE;
  });
}

/** Levenshtein's distance: insertions, deletions and replacements that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
