import { quantile } from '../../simulation/quantiles.ts';

/** Several measurements of the same thing. Their spread is the noise of the machine. */
export interface Sample {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function sampleOf(values: readonly number[]): Sample {
  return { min: quantile(values, 0), median: quantile(values, 0.5), max: quantile(values, 1) };
}

/** Measures something several times, one after another. */
export async function repeat<Result>(times: number, measure: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let time = 0; time < times; time += 1) results.push(await measure());
  return results;
}
