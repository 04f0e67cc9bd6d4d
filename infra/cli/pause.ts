import type { Clock } from '../../lambda/tracker/clock.ts';

/**
 * Waits, unless Ctrl-C comes first.
 *
 * @param milliseconds how long
 * @returns false when it was interrupted
 */
export async function pause(
  milliseconds: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<boolean> {
  if (signal.aborted) return false;
  const { promise: interrupted, resolve } = Promise.withResolvers<void>();
  const interrupt = () => resolve();
  signal.addEventListener('abort', interrupt);
  await Promise.race([clock.sleep(milliseconds), interrupted]);
  signal.removeEventListener('abort', interrupt);
  return !signal.aborted;
}
