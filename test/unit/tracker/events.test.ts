import { expect, it } from 'vitest';
import { combineObservers, type TrackerEvent } from '../../../lambda/tracker/events.ts';

it('observers that are combined get every event, in their order', () => {
  const seen: [string, TrackerEvent][] = [];
  const observer = (name: string) => (event: TrackerEvent) => void seen.push([name, event]);
  const event: TrackerEvent = { type: 'tick.leaseLost', owner: 'tick-1' };

  combineObservers(observer('first'), observer('second'))(event);

  expect(seen).toEqual([
    ['first', event],
    ['second', event],
  ]);
});
