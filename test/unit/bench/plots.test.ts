import { describe, expect, it } from 'vitest';
import type { Comparison, Load } from '../../bench/measure/compare-polling.ts';
import { delayPlot } from '../../bench/plot/delay-plot.ts';
import { requestsPlot } from '../../bench/plot/requests-plot.ts';
import { logScale, powersOfTen } from '../../bench/plot/scale.ts';
import { element, text } from '../../bench/plot/svg.ts';
import { simulate } from '../../simulation/simulation.ts';
import { FEW_FAULTS } from '../../simulation/world/fault-profile.ts';

function comparison(users: number): Comparison {
  const load = (requestsPerMinute: number): Load => ({
    requestsPerMinute,
    peakPerSecond: 1,
    bytesPerMinute: 1,
    lastKnownSeconds: 1,
  });
  return { kind: 'demo', users, polling: load(3 * users), tracker: load(3), trackerInV3: load(3) };
}

/** The attribute of all elements that have the class. */
function valuesOf(svg: string, attribute: string, className: string): number[] {
  const tags = svg.match(new RegExp(`<(?:circle|rect)[^>]*class="${className}"[^>]*>`, 'g')) ?? [];
  return tags.map((tag) => Number(new RegExp(`${attribute}="([^"]*)"`).exec(tag)?.[1]));
}

describe('the plot of requests', () => {
  it('shows polling rise with the users, and the tracker stay where it is', () => {
    const svg = requestsPlot([comparison(50), comparison(500), comparison(5_000)]);

    const [low = 0, middle = 0, high = 0] = valuesOf(svg, 'cy', 'polling-fill');
    expect(low - middle).toBeCloseTo(middle - high, 1);
    expect(low).toBeGreaterThan(high);
    expect(new Set(valuesOf(svg, 'cy', 'tracker-fill')).size).toBe(1);
  });
});

describe('the plot of delays', () => {
  it('has a bar for each second, and one for everything above', async () => {
    const report = await simulate({ profile: FEW_FAULTS, seed: 1, minutes: 200 });

    const svg = delayPlot({ ...report, delayHistogram: [2, 0, 1, ...Array(40).fill(0), 1] });

    const heights = valuesOf(svg, 'height', 'tracker-fill');
    expect(heights).toHaveLength(31);
    expect(heights[0]).toBeCloseTo(2 * (heights[2] as number), 1);
    expect(heights[30]).toBe(heights[2]);
    expect(svg).toContain(`p99 `);
  });
});

describe('what plots are made of', () => {
  it('keeps text from becoming markup', () => {
    expect(text('<b> & "c"', { x: 1.23456 })).toBe('<text x="1.23">&#60;b&#62; &#38; &#34;c&#34;</text>');
    expect(element('g', { class: '"' })).toBe('<g class="&#34;"></g>');
  });

  it('spreads powers of ten evenly', () => {
    const scale = logScale([1, 1_000], [0, 30]);

    expect(powersOfTen(3, 900).map(scale).map(Math.round)).toEqual([0, 10, 20, 30]);
  });
});
