import { expect, test } from 'vitest';
import { runbookTable } from '../../infra/constructs/alarm-runbook.ts';
import { monthlyCost } from '../../infra/cost/bill.ts';
import { costReport } from '../../infra/cost/markdown.ts';
import { ACTION_NEEDED } from '../../lambda/tracker/errors.ts';
import { readDoc } from '../support/docs.ts';

test('the README has the runbook, word for word as the alarms say it', () => {
  expect(readDoc('infra/README.md')).toContain(runbookTable());
});

test('the README says what to do about each error that only a person can mend', () => {
  const [, kinds = ''] =
    /\n### Errors that need a person\n(.*?)\n## /s.exec(readDoc('infra/README.md')) ?? [];

  const rows = [...kinds.matchAll(/^\| `(\w+)` \| [^|]{20,} \| [^|]{20,} \|$/gm)].map(([, kind]) => kind);
  expect(rows.sort()).toEqual([...ACTION_NEEDED].sort());
});

test('the README has the bill that `npm run cost` computes', () => {
  const { columns } = monthlyCost(20, [0, 300, 10_000, 100_000, 1_000_000]);

  expect(readDoc('infra/cost/README.md')).toContain(costReport(20, columns));
});
