import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is there.
 *
 * @param ask returns `undefined` as long as there is none
 * @returns the answer
 * @throws {Error} when there is none in time; the reason of the signal when it aborts
 */
export async function waitFor<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
  {
    seconds,
    signal,
    every = 250,
  }: { readonly seconds: number; readonly signal: AbortSignal; readonly every?: number },
): Promise<Answer> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= deadline) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(every, undefined, { signal });
  }
}
