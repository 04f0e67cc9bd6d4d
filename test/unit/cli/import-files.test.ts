import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from '../../../infra/cli/console/errors.ts';
import { parseCsv } from '../../../infra/cli/import/parse-csv.ts';
import { parseJson } from '../../../infra/cli/import/parse-json.ts';
import { readImportFile } from '../../../infra/cli/import/read-file.ts';
import { formatPlace, type ImportBatch } from '../../../infra/cli/import/rows.ts';

/** A batch as short texts: `user#record@place`. */
function shown({ rows, bad }: ImportBatch) {
  return {
    rows: rows.map(({ userId, recordId, place }) => `${userId}#${recordId}@${formatPlace(place)}`),
    bad: bad.map(({ place }) => formatPlace(place)),
  };
}

test.for([
  ['a header', 'userId,recordId\n1,a\n2,b\n'],
  ['a header in another order, with other columns', 'Paid,Id,TG ID\nfalse,a,1\n,b,2\n'],
  ['a header in capitals', 'USER_ID,RECORD_ID\n1,a\n2,b'],
  ['semicolons', 'user;record\n1;a\n2;b\n'],
  ['tabs', 'user\trecord\n1\ta\n2\tb\n'],
  ['a byte order mark and Windows line ends', '\ufeffuserId,recordId\r\n1,a\r\n2,b\r\n'],
  ['quotes and spaces', '"userId" , "recordId"\n "1" , a \n2,"b"\n'],
])('a CSV with %s is read', ([, text = '']) => {
  expect(shown(parseCsv(text, undefined))).toEqual({ rows: ['1#a@line 2', '2#b@line 3'], bad: [] });
});

test('a CSV without a header has the user id and the record id first', () => {
  expect(shown(parseCsv('1,a,more\n-2,b\n', undefined)).rows).toEqual(['1#a@line 1', '-2#b@line 2']);
});

test('bad rows of a CSV are told with their lines, and the good ones kept', () => {
  const text = 'userId,recordId\n1,a\n\n2,"b,c"\n,d\n4\n5,e\n';

  const { rows, bad } = parseCsv(text, undefined);

  expect(shown({ rows, bad })).toEqual({
    rows: ['1#a@line 2', '5#e@line 7'],
    bad: ['line 4', 'line 5', 'line 6'],
  });
  expect(bad.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('recordId "b,c" is not valid'),
    expect.stringContaining('userId "" is not valid'),
    expect.stringContaining('recordId "" is not valid'),
  ]);
});

test('a column may be named, letter for letter', () => {
  const text = 'userId,Payer,recordId\n1,7,a\n';

  expect(shown(parseCsv(text, 'Payer')).rows).toEqual(['7#a@line 2']);
  expect(() => parseCsv(text, 'payer')).toThrow('has no column payer');
});

test('a header with only one of the two columns is refused', () => {
  expect(() => parseCsv('userId,amount\n1,5\n', undefined)).toThrow(
    'The header (userId, amount) has no column recordId',
  );
});

test('what is not CSV is refused with the line', () => {
  expect(() => parseCsv('userId,recordId\n1,"a\n', undefined)).toThrow(UsageError);
  expect(() => parseCsv('userId,recordId\n1,"a\n', undefined)).toThrow(/The file is not CSV: .*line \d/);
});

test('a JSON list is read, with numbers and texts, and the lines that entries begin on', () => {
  const text = `[
  { "userId": 1, "recordId": "a" }, {"user_id": "-2",
    "Id": 3, "note": "], [{\\" and more"},
  {
    "TG ID": "4", "record": "d"
  }
]`;

  expect(shown(parseJson(text, undefined))).toEqual({
    rows: ['1#a@line 2', '-2#3@line 2', '4#d@line 4'],
    bad: [],
  });
});

test('bad entries of a JSON list are told with their lines', () => {
  const text = `[
  null,
  [1, "a"],
  { "recordId": "a" },
  { "userId": 1 },
  { "userId": 9007199254740993, "recordId": "a" },
  { "userId": {"id": 1}, "recordId": ["a"] },
  { "userId": 1, "recordId": "a" }
]`;

  const { rows, bad } = parseJson(text, undefined);

  expect(shown({ rows, bad })).toEqual({
    rows: ['1#a@line 8'],
    bad: ['line 2', 'line 3', 'line 4', 'line 5', 'line 6', 'line 7'],
  });
  expect(bad.map(({ reason }) => reason)).toEqual([
    'it is not an object with userId and recordId',
    'it is not an object with userId and recordId',
    'it has no userId',
    'it has no recordId',
    expect.stringContaining('pass larger ones as a string'),
    expect.stringContaining('userId'),
  ]);
});

test('a user id with half a surrogate pair is refused', () => {
  const { rows, bad } = parseJson('[{ "userId": "a\\ud83d", "recordId": "1" }]', undefined);

  expect({ rows, bad }).toEqual({
    rows: [],
    bad: [expect.objectContaining({ reason: expect.stringContaining('is not valid') })],
  });
});

test('entries of any JSON list are on the line where they stand', () => {
  const indented = fc.array(fc.jsonValue(), { minLength: 1 });
  fc.assert(
    fc.property(indented, (entries) => {
      const text = JSON.stringify(entries, undefined, 1);
      // With an indentation of one, exactly the entries begin after a single space.
      const lines = text.split('\n').flatMap((line, index) => (/^ [^ \]}]/.test(line) ? [index + 1] : []));

      const { bad, rows } = parseJson(text, 'no such key');

      expect(rows).toEqual([]);
      expect(bad.map(({ place }) => place)).toEqual(lines.map((line) => ({ line })));
    }),
  );
});

test.for(['{"userId":1}', '[1', '"x"', 'null'])('%s is refused', (text) => {
  expect(() => parseJson(text, undefined)).toThrow(/The file is not (?:a )?JSON/);
});

test('the kind of a file is told by its name or its content', () => {
  const json = '[{"userId":1,"recordId":"a"}]';
  const options = { userField: undefined, after: 0 };

  const batches = (name: string, text: string) => [...readImportFile(name, text, options).batches].map(shown);

  expect(batches('users.JSON', json)).toEqual([{ rows: ['1#a@line 1'], bad: [] }]);
  expect(batches('users', json)).toEqual([{ rows: ['1#a@line 1'], bad: [] }]);
  expect(batches('users.txt', '1,a')).toEqual([{ rows: ['1#a@line 1'], bad: [] }]);
});

test('a file goes on after a line', () => {
  const text = 'userId,recordId\n1,a\n2,"b c"\n3,c\n4,"d e"\n5,e\n';

  const { total, batches } = readImportFile('users.csv', text, { userField: undefined, after: 3 });

  expect(total).toBe(3);
  expect([...batches].map(shown)).toEqual([
    { rows: [], bad: ['line 5'] },
    { rows: ['3#c@line 4', '5#e@line 6'], bad: [] },
  ]);
});

test.for([
  ['an empty file', '', 0],
  ['a file with nothing but a header', 'userId,recordId\n', 0],
  ['a file that ends before the line', 'userId,recordId\n1,a\n', 2],
] as const)('%s is refused', ([, text, after]) => {
  expect(() => readImportFile('users.csv', text, { userField: undefined, after })).toThrow(
    /There is no payment in users\.csv/,
  );
});
