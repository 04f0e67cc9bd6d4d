import type { SimulationReport } from '../../simulation/report.ts';
import { linearScale } from './scale.ts';
import { element, picture, text } from './svg.ts';

const SIZE = { width: 640, height: 310 };
const AREA = { left: 60, right: 610, top: 50, bottom: 280 };

/** Seconds that are shown; the few payments that took longer stand in the last bar. */
const SHOWN_SECONDS = 30;

/** How many payments became readable how long after they were paid. */
export function delayPlot({ delay, delayHistogram, profile, intervalSeconds }: SimulationReport): string {
  const bars = delayHistogram.slice(0, SHOWN_SECONDS);
  bars[SHOWN_SECONDS] = delayHistogram.slice(SHOWN_SECONDS).reduce((sum, value) => sum + value, 0);
  const total = delayHistogram.reduce((sum, value) => sum + value, 0);
  const shares = Array.from(bars, (value = 0) => (100 * value) / total);
  const most = Math.ceil(Math.max(...shares));
  const x = linearScale([0, SHOWN_SECONDS + 1], [AREA.left, AREA.right]);
  const y = linearScale([0, most], [AREA.bottom, AREA.top]);
  const seconds = [0, 5, 10, 15, 20, 25];
  return picture(
    SIZE,
    `Delay from Paid to readable: half within ${delay.p50} s, 99 of 100 within ${delay.p99} s`,
    text(`Delay from Paid in NocoDB to readable (simulated, ${profile} faults, ${intervalSeconds} s)`, {
      x: AREA.left,
      y: 22,
      class: 'title',
    }),
    ...Array.from({ length: most + 1 }, (_, share) => grid(y(share), `${share} %`)),
    ...shares.map((share, second) =>
      element('rect', {
        x: x(second) + 1,
        y: y(share),
        width: x(1) - x(0) - 2,
        height: AREA.bottom - y(share),
        class: 'tracker-fill',
      }),
    ),
    ...seconds.map((second) =>
      text(`${second} s`, { x: x(second), y: AREA.bottom + 18, 'text-anchor': 'middle' }),
    ),
    text(`≥ ${SHOWN_SECONDS} s`, { x: x(SHOWN_SECONDS + 0.5), y: AREA.bottom + 18, 'text-anchor': 'middle' }),
    mark(x(delay.p50), `p50 ${delay.p50.toFixed(1)} s`),
    mark(x(delay.p99), `p99 ${delay.p99.toFixed(1)} s`),
  );
}

function grid(y: number, label: string): string {
  const line = element('line', { x1: AREA.left, x2: AREA.right, y1: y, y2: y, class: 'grid' });
  return line + text(label, { x: AREA.left - 8, y: y + 4, 'text-anchor': 'end' });
}

function mark(x: number, label: string): string {
  const line = element('line', { x1: x, x2: x, y1: AREA.top - 8, y2: AREA.bottom, class: 'mark' });
  return line + text(label, { x: x + 4, y: AREA.top - 2 });
}
