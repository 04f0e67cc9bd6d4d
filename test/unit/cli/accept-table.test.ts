import { expect, test } from 'vitest';
import { run } from './support/run.ts';

const OLD = { table: 'mold0000000001', since: 0, title: 'Orders', base: 'p1' };
const NEW = { table: 'mnew0000000001', since: 5, title: 'Invoices' };

/** A tracker that has watched these tables, and the answer of a person. */
function prepare(watched: readonly (typeof OLD | typeof NEW)[] | undefined, answer?: boolean, isSame = true) {
  const accepted: unknown[] = [];
  const questions: string[] = [];
  const seen = { ...(watched && { watched }), source: 'x', held: 1200 };
  const tables = {
    watched: async () => seen,
    acceptTable: async (what: unknown) => {
      accepted.push(what);
      return isSame;
    },
  };
  const askYesNo = async (question: string) => {
    questions.push(question);
    return answer === true;
  };
  return {
    seen,
    accepted,
    questions,
    parts: { watchedTables: async () => tables, ...(answer !== undefined && { askYesNo }) },
  };
}

test('accept-table says what it does, asks, and accepts the table that was shown', async () => {
  const { parts, accepted, questions, seen } = prepare([OLD, NEW, OLD, NEW], true);

  const { exitCode, out, err } = await run(['accept-table'], parts);

  expect(exitCode).toBe(0);
  expect(err).toMatch(
    /^The tracker watches the table Invoices \(mnew0000000001\)\. .* it holds 1,200 payments that were tracked for Orders of base p1 \(mold0000000001\) or Invoices/,
  );
  expect(questions).toHaveLength(1);
  expect(accepted).toEqual([seen]);
  expect(out).toMatch(/^✔ All payments belong to the table Invoices/);
});

test('without the consent of a person, nothing is written', async () => {
  const { parts, accepted } = prepare([OLD, NEW], false);

  const { exitCode, out } = await run(['accept-table'], parts);

  expect([exitCode, out]).toEqual([1, 'Nothing was changed\n']);
  expect(accepted).toEqual([]);
});

test('where nobody can be asked, it needs --yes', async () => {
  const { parts, accepted } = prepare([OLD, NEW]);

  const refused = await run(['accept-table'], parts);
  const done = await run(['accept-table', '--yes', '--json'], parts);

  expect([refused.exitCode, refused.err.includes('pass --yes')]).toEqual([2, true]);
  expect(done.json()).toEqual({ accepted: true, table: NEW.table, held: 1200 });
  expect(accepted).toHaveLength(1);
});

test('with one table there is nothing to accept, and before the first tick none', async () => {
  const one = await run(['accept-table', '--yes'], prepare([{ ...OLD }]).parts);
  const none = await run(['accept-table', '--yes'], prepare(undefined).parts);

  expect([one.exitCode, one.out]).toEqual([
    0,
    'Every payment belongs to the table Orders of base p1 (mold0000000001) already\n',
  ]);
  expect([none.exitCode, none.err]).toEqual([
    1,
    expect.stringContaining('No tick has watched a NocoDB table'),
  ]);
});

test('a table that has changed since it was shown is not accepted', async () => {
  const { exitCode, err } = await run(['accept-table', '--yes'], prepare([OLD, NEW], undefined, false).parts);

  expect([exitCode, err]).toEqual([1, expect.stringContaining('have changed meanwhile')]);
});
