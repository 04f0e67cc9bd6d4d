import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runbookTable } from '../../infra/constructs/alarm-runbook.ts';
import { monthlyCost } from '../../infra/cost/bill.ts';
import { costReport } from '../../infra/cost/markdown.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

test('the README has the runbook, word for word as the alarms say it', () => {
  expect(README).toContain(runbookTable());
});

test('the README has the bill that `npm run cost` computes', () => {
  const { columns } = monthlyCost(20, [0, 300, 10_000]);

  expect(README).toContain(costReport(20, columns));
});
