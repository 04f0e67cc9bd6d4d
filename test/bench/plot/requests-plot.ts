import type { Comparison } from '../measure/compare-polling.ts';
import { count } from '../report/format.ts';
import { logScale, powersOfTen, type Scale } from './scale.ts';
import { element, picture, text } from './svg.ts';

const SIZE = { width: 680, height: 380 };
const AREA = { left: 70, right: 520, top: 40, bottom: 330 };

/** Requests a minute against users, of one NocoDB: both axes are logarithmic. */
export function requestsPlot(comparisons: readonly Comparison[]): string {
  const users = comparisons.map((comparison) => comparison.users);
  const polling = comparisons.map((comparison) => comparison.polling.requestsPerMinute);
  const tracker = comparisons.map((comparison) => comparison.tracker.requestsPerMinute);
  const marks = powersOfTen(Math.min(...tracker), Math.max(...polling));
  const lowest = marks[0] as number;
  const x = logScale([Math.min(...users), Math.max(...users)], [AREA.left, AREA.right]);
  const y = logScale([lowest, marks.at(-1) as number], [AREA.bottom, AREA.top]);
  return picture(
    SIZE,
    'Requests a minute against users: polling for each user grows with them, the tracker does not',
    text('Requests to NocoDB a minute', { x: AREA.left, y: 22, class: 'title' }),
    ...marks.map((mark) => horizontal(y(mark), count(mark))),
    ...users.map((user) => text(count(user), { x: x(user), y: AREA.bottom + 20, 'text-anchor': 'middle' })),
    text('users', { x: (AREA.left + AREA.right) / 2, y: AREA.bottom + 40, 'text-anchor': 'middle' }),
    ...curve('polling', 'polling for each user', users, polling, { x, y }),
    ...curve('tracker', 'the tracker', users, tracker, { x, y }),
  );
}

function horizontal(y: number, label: string): string {
  const line = element('line', { x1: AREA.left, x2: AREA.right, y1: y, y2: y, class: 'grid' });
  return line + text(label, { x: AREA.left - 8, y: y + 4, 'text-anchor': 'end' });
}

function curve(
  name: 'polling' | 'tracker',
  label: string,
  users: readonly number[],
  values: readonly number[],
  { x, y }: { x: Scale; y: Scale },
): string[] {
  const points = users.map((user, index) => ({ cx: x(user), cy: y(values[index] as number) }));
  const path = points.map(({ cx, cy }) => `${cx.toFixed(1)},${cy.toFixed(1)}`).join(' ');
  const end = points.at(-1) ?? { cx: 0, cy: 0 };
  return [
    element('polyline', { points: path, class: `line ${name}` }),
    ...points.map((point) => element('circle', { ...point, r: 3.5, class: `${name}-fill` })),
    text(label, { x: end.cx + 10, y: end.cy + 4 }),
  ];
}
