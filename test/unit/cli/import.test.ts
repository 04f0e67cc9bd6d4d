import { expect, test } from 'vitest';
import type { NocoDbAccess } from '../../../infra/cli/nocodb/nocodb-access.ts';
import type { UnpaidPage } from '../../../lambda/nocodb/records.ts';
import { FakePayments } from './support/fake-payments.ts';
import { MemoryTerminal, run } from './support/run.ts';

function prepare(text: string) {
  const payments = new FakePayments();
  const files: string[] = [];
  return {
    payments,
    files,
    parts: {
      payments: async () => payments,
      readFile: async (path: string) => {
        files.push(path);
        return new TextEncoder().encode(text);
      },
    },
  };
}

/** What is said of a file with the header `userId,recordId`, whose first payment is 1, rec1. */
const UNDERSTOOD =
  'users.csv is CSV with commas and a header, in UTF-8. The user id is column "userId", the record id is column "recordId". The first payment (line 2): user 1, record rec1.\n';

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index + 1},rec${index + 1}\n`).join('');

test('import tracks the payments in a file', async () => {
  const { payments, files, parts } = prepare(`userId,recordId\n${rows(450)}`);

  const { exitCode, out, err } = await run(['import', 'users.csv'], parts);

  expect(files).toEqual(['users.csv']);
  expect(exitCode).toBe(0);
  expect(out).toBe('📍 Tracking 450 payments\n');
  expect(err).toBe(UNDERSTOOD);
  expect(payments.states.size).toBe(450);
  expect(payments.states.get('450#rec450')).toBe('pending');
});

test('import may be repeated: what is tracked stays tracked, what is paid stays paid', async () => {
  const { payments, parts } = prepare('1,a\n2,b\n3,c\n1,a\n');
  payments.states.set('1#a', 'pending').set('2#b', 'paid');

  const { exitCode, out } = await run(['import', 'users.csv', '--no-header'], parts);

  expect(exitCode).toBe(0);
  expect(out).toBe('📍 Tracking 2 payments (tracked before: 1, paid already: 1, named twice: 1)\n');
  expect(payments.states.get('2#b')).toBe('paid');
});

test('bad rows are reported with their lines, the good ones imported, and the exit code tells', async () => {
  const { payments, parts } = prepare('userId,recordId\n1,a\nx y,b\n3,c\n');

  const { exitCode, out, err } = await run(['import', 'users.csv'], parts);

  expect(exitCode).toBe(1);
  expect(out).toBe('📍 Tracking 2 payments\n');
  expect(err).toMatch(
    /^users\.csv is CSV.*\n✖ Rows that are not valid: 1\n {2}line 3: userId "x y" is not valid/,
  );
  expect([...payments.states.keys()]).toEqual(['1#a', '3#c']);
});

test('many bad rows are not all printed, but all are in the JSON', async () => {
  const text = `userId,recordId\n${'x y,b\n'.repeat(60)}`;

  const { err } = await run(['import', 'users.csv'], prepare(text).parts);
  const { json } = await run(['import', 'users.csv', '--json'], prepare(text).parts);

  expect(err.split('\n')).toHaveLength(54);
  expect(err).toContain('and 10 more (--json has them all)');
  const report = json() as { bad: unknown[] };
  expect(report.bad).toHaveLength(60);
  expect(report.bad[0]).toEqual({ place: { line: 2 }, reason: expect.stringContaining('x y') });
});

test('import --json prints the whole report', async () => {
  const { payments, parts } = prepare('1,a\n2,b\n3,c\n');
  payments.states.set('1#a', 'pending');
  payments.unwritable.add('b');

  const { exitCode, json, err } = await run(['import', 'users.csv', '--no-header', '--json'], parts);

  expect(exitCode).toBe(1);
  expect(err).toBe('');
  expect(json()).toEqual({
    dryRun: false,
    file: {
      name: 'users.csv',
      format: 'CSV with commas and no header',
      encoding: 'UTF-8',
      fields: { userId: 'column 1', recordId: 'column 2' },
      first: { place: { line: 1 }, userId: '1', recordId: 'a' },
    },
    tracked: 2,
    created: 1,
    renewed: 1,
    alreadyPaid: 0,
    duplicates: 0,
    bad: [],
    failed: [{ place: { line: 2 }, reason: 'no room for b' }],
  });
});

test('rows that could not be written are told apart from those that are not valid', async () => {
  const { payments, parts } = prepare('1,a\n2,b\n');
  payments.unwritable.add('b');

  const { err } = await run(['import', 'users.csv', '--no-header'], parts);

  expect(err).toMatch(
    /\n✖ Rows that could not be written \(repeat the import\): 1\n {2}line 2: no room for b\n$/,
  );
});

test('one payment is one payment', async () => {
  const { out } = await run(['import', 'users.csv'], prepare('1,17\n').parts);

  expect(out).toBe('📍 Tracking 1 payment\n');
});

test('a file that is not understood is refused before anything is written', async () => {
  const { payments, parts } = prepare('Kunde,Zahlung\n12345,17\n');

  const { exitCode, out, err } = await run(['import', 'users.csv'], parts);

  expect(exitCode).toBe(2);
  expect(out).toBe('');
  expect(err).toContain(
    'The first line (Kunde, Zahlung) is neither a known header nor two numbers; name the columns',
  );
  expect(payments.lists).toEqual([]);
});

test('--dry-run shows what would be tracked, and needs no table', async () => {
  const { parts } = prepare('Kunde;Zahlung\n12345;17\nx y;18\n12345;17\n');
  const { payments: _, ...withoutTable } = parts;
  const argv = ['import', '-', '--user-field', 'Kunde', '--record-field', 'Zahlung', '--dry-run'];

  const { exitCode, out, err } = await run(argv, withoutTable);
  const { json } = await run([...argv, '--json'], withoutTable);

  expect(exitCode).toBe(1);
  expect(out).toBe('📍 Would track 1 payment (named twice: 1); nothing was written\n');
  expect(err).toMatch(
    /^Standard input is CSV with semicolons.*user 12345, record 17\.\n✖ Rows that are not valid: 1\n/,
  );
  expect(json()).toMatchObject({ dryRun: true, tracked: 1, bad: [{ place: { line: 3 } }] });
});

test('a table that takes nothing stops the import at once', async () => {
  const { payments, parts } = prepare(rows(600));
  for (let index = 201; index <= 600; index += 1) payments.unwritable.add(`rec${index}`);

  const { exitCode, err } = await run(['import', 'users.csv', '--no-header'], parts);

  expect(exitCode).toBe(1);
  expect(err).toContain(
    'The import stopped at line 201, because nothing could be written: no room for rec201.',
  );
  expect(payments.lists).toEqual([200, 200]);
});

test('Ctrl-C stops between two lists and tells how to go on, and it goes on there', async () => {
  const { payments, parts } = prepare(rows(500));
  const interruption = new AbortController();
  const trackMany = payments.trackMany.bind(payments);
  payments.trackMany = async (list) => {
    if (payments.lists.length === 1) interruption.abort();
    return trackMany(list);
  };

  const first = await run(['import', 'users.csv', '--no-header'], {
    ...parts,
    catchInterrupt: () => interruption.signal,
  });
  const { out } = await run(['import', 'users.csv', '--no-header', '--after', '400'], parts);

  expect(first).toMatchObject({ exitCode: 130, out: '' });
  expect(first.err).toContain('Interrupted after 400 rows. Go on with --after 400;');
  expect(out).toBe('📍 Tracking 100 payments\n');
  expect(payments.states.size).toBe(500);
});

test('a person sees a bar, which is gone at the end', async () => {
  const err = new MemoryTerminal({ interactive: true });

  await run(['import', 'users.csv', '--no-header'], { ...prepare(rows(300)).parts, err });

  expect(err.text).toContain('200 of 300 rows');
  expect(err.text.endsWith('\r\x1b[2K')).toBe(true);
});

/** NocoDB with two pages of unpaid records. */
function prepareNocoDb(ownerField?: string) {
  const pages: Record<string, UnpaidPage> = {
    start: {
      records: [
        { recordId: '1', paid: false, owner: '100' },
        { recordId: '2', paid: false, owner: null },
      ],
      next: '2',
    },
    2: { records: [{ recordId: '7', paid: false, owner: '300' }], next: undefined },
  };
  const asked: unknown[] = [];
  const nocodb = {
    settings: {
      apiUrl: '',
      tableId: '',
      idField: 'Id',
      paidField: 'Paid',
      ...(ownerField && { ownerField }),
    },
    turn: async () => {},
    context: () => ({ deadline: 0, report: () => {} }),
    records: (field: string) => ({
      listUnpaid: async (after: string | undefined) => {
        asked.push([field, after]);
        return pages[after ?? 'start'];
      },
    }),
  } as unknown as NocoDbAccess;
  return { asked, nocodb: () => nocodb };
}

test('import --from-nocodb tracks everybody unpaid, page by page', async () => {
  const { payments, parts } = prepare('');
  const { asked, nocodb } = prepareNocoDb();

  const { exitCode, out, err } = await run(['import', '--from-nocodb', '--user-field', 'TG ID'], {
    ...parts,
    nocodb,
  });

  expect(asked).toEqual([
    ['TG ID', undefined],
    ['TG ID', '2'],
  ]);
  expect([...payments.states.keys()]).toEqual(['100#1', '300#7']);
  expect(out).toBe('📍 Tracking 2 payments\n');
  expect(exitCode).toBe(1);
  expect(err).toContain('record 2: its field TG ID is empty');
});

test('import --from-nocodb takes the owner field when no other is named, and goes on after a record', async () => {
  const { asked, nocodb } = prepareNocoDb('Owner');

  await run(['import', '--from-nocodb', '--after', '2'], { ...prepare('').parts, nocodb });

  expect(asked).toEqual([['Owner', '2']]);
});

test.for([
  [['import'], 'FILE is missing (or --from-nocodb)'],
  [['import', 'f.csv', '--from-nocodb'], 'Either a file or --from-nocodb, not both'],
  [['import', '--from-nocodb'], '--user-field is missing: the field of NocoDB with the user id'],
  [
    ['import', 'f.csv', '--no-header', '--user-field', 'a'],
    'Either --no-header, or the names of columns, not both',
  ],
  [
    ['import', '--from-nocodb', '--no-header'],
    '--record-field and --no-header are for files, not for --from-nocodb',
  ],
  [['import', 'f.csv', '--after', 'x'], '--after x is not the number of a line or entry'],
] as const)('%j is refused', async ([argv, message]) => {
  const { exitCode, err } = await run(argv, { ...prepare('1,a').parts, nocodb: prepareNocoDb().nocodb });

  expect(exitCode).toBe(2);
  expect(err).toContain(message);
});
