import type { Observer } from '../tracker/events.ts';
import { describeEvent } from './describe-event.ts';

/**
 * Prints a line for people for every event that is worth one.
 *
 * @param print @default console.log
 *
 * @example
 * new PaymentTracker({ tableName, observe: consoleObserver() });
 * // 📍 Tracking payment for user 12345 (record: rec_abc)
 */
export function consoleObserver(print: (line: string) => void = console.log): Observer {
  return (event) => {
    const line = describeEvent(event);
    if (line !== undefined) print(line);
  };
}
