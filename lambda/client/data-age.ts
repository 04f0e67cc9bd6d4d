import type { Control } from '../tracker/payment-store.ts';

/**
 * How old the tracker's knowledge is: every status is at least as fresh as that.
 *
 * @param now epoch milliseconds
 * @returns whole seconds, or `null` before the first successful tick
 */
export function dataAgeSeconds(
  { lastSuccessAt }: Pick<Control, 'lastSuccessAt'>,
  now: number,
): number | null {
  if (lastSuccessAt === undefined) return null;
  // The tick's clock may be ahead of this one.
  return Math.max(0, Math.floor((now - lastSuccessAt) / 1000));
}
