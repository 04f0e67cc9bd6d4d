/** Names that differ in more characters than these are different names. */
const TYPO_DISTANCE = 2;

/**
 * Finds a misspelt name, or another name for the same thing. Case does not matter.
 *
 * @param wanted the right name, in capitals
 * @param given the names that may be misspelt
 * @param aliases other names for the right one, in capitals
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

/** Levenshtein distance: the insertions, deletions and replacements that turn one text into the other. */
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
