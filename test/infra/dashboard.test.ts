import { describe, expect, it } from 'vitest';
import { METRICS } from '../../lambda/observability/metrics.ts';
import { readable } from './support/statements.ts';
import { synthTracker } from './support/synth.ts';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly properties: { readonly title?: string; readonly metrics?: readonly (readonly unknown[])[] };
}

function widgets(): Widget[] {
  const [dashboard] = Object.values(
    synthTracker({ dashboard: true }).findResources('AWS::CloudWatch::Dashboard'),
  );
  return JSON.parse(readable(dashboard?.Properties.DashboardBody) as string).widgets as Widget[];
}

describe('the dashboard', () => {
  it('shows the age of the data first', () => {
    const [first] = widgets().sort((a, b) => a.y - b.y || a.x - b.x);

    expect(first).toMatchObject({
      type: 'log',
      properties: { query: expect.stringContaining('dataAgeSeconds') },
    });
  });

  it('shows the state of every alarm', () => {
    expect(widgets().filter(({ type }) => type === 'alarm')).toHaveLength(1);
  });

  it('shows every metric of the tracker', () => {
    const shown = JSON.stringify(widgets());

    for (const { name } of Object.values(METRICS)) expect(shown).toContain(name);
  });

  it('stays within the 50 metrics that a free dashboard may have', () => {
    const metrics = widgets().flatMap(({ properties }) => properties.metrics ?? []);

    expect(metrics.length).toBeLessThan(50);
  });

  it('ends with the newest errors out of the log of the tick function', () => {
    const last = widgets()
      .sort((a, b) => a.y - b.y)
      .at(-1);

    expect(last).toMatchObject({
      type: 'log',
      properties: { query: expect.stringContaining('<PaymentsTickLog>') },
    });
  });

  it('is there only if it is wanted', () => {
    synthTracker().resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  });
});
