/** The most of these moments within any second. @param moments milliseconds, in any order */
export function mostWithinASecond(moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [index, moment] of sorted.entries()) {
    while ((sorted[first] as number) <= moment - 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
