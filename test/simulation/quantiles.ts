/**
 * The value below or at which a share of the values lies (nearest rank).
 *
 * @param share from 0 to 1
 * @returns `NaN` when there are no values
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}
