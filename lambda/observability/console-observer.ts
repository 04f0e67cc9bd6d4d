import type { Observer } from '../tracker/events.ts';
import { describeEvent } from './describe-event.ts';

/**
 * Creates an observer that prints one line for people for each event that needs a line.
 *
 * @param print @default console.log
 *
 * @example
 * new PaymentTracker({ tableName, observe: consoleObserver() });
 * // 📍 Tracking payment for user 12345 (record: 42)
 */
export function consoleObserver(print: (line: string) => void = console.log): Observer {
  return (event) => {
    const line = describeEvent(event);
    if (line !== undefined) print(line);
  };
}
