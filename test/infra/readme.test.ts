import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runbookTable } from '../../infra/alarms-runbook.ts';
import { alternatives } from '../../infra/cost/alternatives.ts';
import { billFor } from '../../infra/cost/bill.ts';
import { readDeployment } from '../../infra/cost/deployment.ts';
import { costReport } from '../../infra/cost/markdown.ts';
import { synthTemplate } from '../../infra/cost/synth.ts';
import { monthlyUsage } from '../../infra/cost/usage.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('has the runbook, word for word as the alarms say it', () => {
    expect(README).toContain(runbookTable());
  });

  it('has the bill that `npm run cost` computes', () => {
    const deployment = readDeployment(synthTemplate(20));
    const columns = [0, 300, 10_000].map((users) => ({
      users,
      bill: billFor(monthlyUsage(deployment, users)),
      alternatives: alternatives(20, users),
    }));

    expect(README).toContain(costReport(20, columns));
  });
});
