import type { ControlState } from './gate.ts';

/**
 * The age of the data as events tell it: nothing before the first success.
 *
 * @param now epoch milliseconds
 */
export function dataAge(
  { lastSuccessAt }: Pick<ControlState, 'lastSuccessAt'>,
  now: number,
): { readonly dataAgeSeconds?: number } {
  return lastSuccessAt === undefined ? {} : { dataAgeSeconds: (now - lastSuccessAt) / 1000 };
}
