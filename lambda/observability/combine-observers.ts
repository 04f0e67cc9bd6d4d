import type { Observer } from '../tracker/events.ts';

/** An observer that tells each of several, in their order. */
export function combineObservers(...observers: readonly Observer[]): Observer {
  return (event) => {
    for (const observe of observers) observe(event);
  };
}
