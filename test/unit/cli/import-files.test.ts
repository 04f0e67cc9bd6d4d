import { expect, test } from 'vitest';
import { UsageError } from '../../../infra/cli/console/errors.ts';
import { parseCsv } from '../../../infra/cli/import/parse-csv.ts';
import { parseJson } from '../../../infra/cli/import/parse-json.ts';
import { describeFile, readImportFile } from '../../../infra/cli/import/read-file.ts';
import { formatPlace, type ImportBatch } from '../../../infra/cli/import/rows.ts';

/** The options of a command line without any. */
const NONE = { userField: undefined, recordField: undefined, noHeader: false, after: 0 };

const utf8 = (text: string) => new TextEncoder().encode(text);

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
  expect(shown(parseCsv(text, NONE))).toEqual({ rows: ['1#a@line 2', '2#b@line 3'], bad: [] });
});

test('a CSV without a header has the user id and the record id first', () => {
  expect(shown(parseCsv('1,17,more\n-2,b\n', NONE)).rows).toEqual(['1#17@line 1', '-2#b@line 2']);
});

test('a first line that is a payment of names needs --no-header', () => {
  const text = 'anna,rec1\nbert,rec2\n';

  expect(() => parseCsv(text, NONE)).toThrow(
    'The first line (anna, rec1) is neither a known header nor two numbers; name the columns with --user-field and --record-field, or pass --no-header if the line is a payment',
  );
  expect(shown(parseCsv(text, { ...NONE, noHeader: true })).rows).toEqual([
    'anna#rec1@line 1',
    'bert#rec2@line 2',
  ]);
});

test('a header that is not known is no payment; its columns can be named', () => {
  const text = 'Kunde,Zahlung\n12345,17\n';

  expect(() => parseCsv(text, NONE)).toThrow('The first line (Kunde, Zahlung) is neither a known header');
  const named = { ...NONE, userField: 'Kunde', recordField: 'Zahlung' };
  expect(shown(parseCsv(text, named))).toEqual({ rows: ['12345#17@line 2'], bad: [] });
});

test('one delimiter separates a file: others in its lines are text', () => {
  const text = 'TG ID;Id;Note, or none\n1;17;a,b\n2,5;18;\n';

  expect(shown(parseCsv(text, NONE)).rows).toEqual(['1#17@line 2', '2,5#18@line 3']);
});

test('a first line that two delimiters split is refused, unless its columns are known or named with one', () => {
  expect(() => parseCsv('1;2,17\n', NONE)).toThrow(
    'The first line can be split at commas or at semicolons; name the columns with --user-field and --record-field, or save the file with one of them only',
  );
  expect(() => parseCsv('1;2,17\n', { ...NONE, noHeader: true })).toThrow('commas or at semicolons');
  const named = { ...NONE, userField: 'Who', recordField: 'What, exactly' };
  expect(shown(parseCsv('Who;What, exactly\n1;17\n', named)).rows).toEqual(['1#17@line 2']);
});

test('a file with one column is refused', () => {
  expect(() => parseCsv('12345\n12346\n', NONE)).toThrow(
    'The first line has no comma, semicolon or tab, so that it has only one column',
  );
});

test.for([
  ['userId,TG ID,recordId', 'Each of "userId", "TG ID" can be the user id; name one with --user-field'],
  ['userId,Id,recordId', 'Each of "Id", "recordId" can be the record id; name one with --record-field'],
  ['userId,recordId,recordId', 'Each of "recordId", "recordId" can be the record id'],
  [
    'userId,amount',
    'Which of "userId", "amount" has the record id is not clear; name it with --record-field',
  ],
  ['Payer,recordId', 'Which of "Payer", "recordId" has the user id is not clear; name it with --user-field'],
] as const)('the header %s is refused', ([header, message]) => {
  expect(() => parseCsv(`${header}\n1,2,3\n`, NONE)).toThrow(message);
});

test('bad rows of a CSV are told with their lines, and the good ones kept', () => {
  const text = 'userId,recordId\n1,a\n\n2,"b,c"\n,d\n4\n5,e\n';

  const { rows, bad } = parseCsv(text, NONE);

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

test('columns can be named, letter for letter', () => {
  const text = 'userId,Payer,recordId,Id\n1,7,a,b\n';

  const named = { ...NONE, userField: 'Payer', recordField: 'Id' };

  expect(shown(parseCsv(text, named)).rows).toEqual(['7#b@line 2']);
  expect(() => parseCsv(text, { ...named, userField: 'payer' })).toThrow(
    'There is no payer (--user-field) in "userId", "Payer", "recordId", "Id"',
  );
  expect(() => parseCsv(text, { ...named, recordField: 'Payer' })).toThrow(
    'The user id and the record id are both in "Payer"',
  );
});

test('what is not CSV is refused with the line', () => {
  expect(() => parseCsv('userId,recordId\n1,"a\n', NONE)).toThrow(UsageError);
  expect(() => parseCsv('userId,recordId\n1,"a\n', NONE)).toThrow(/The file is not CSV: .*line \d/);
  expect(() => parseCsv('userId,"recordId\n', NONE)).toThrow(/The file is not CSV: .*line \d/);
});

test('a JSON list is read, with numbers and texts', () => {
  const text = '[{"userId":1,"recordId":"a"},{"user_id":"-2","Id":3},{"TG ID":"4","record":"d"}]';

  expect(shown(parseJson(text, NONE))).toEqual({
    rows: ['1#a@entry 1', '-2#3@entry 2', '4#d@entry 3'],
    bad: [],
  });
  const named = { userField: 'who', recordField: 'what' };
  expect(shown(parseJson('[{"who":1,"what":2,"userId":3,"id":4}]', named)).rows).toEqual(['1#2@entry 1']);
});

test('bad entries of a JSON list are told with their numbers, also in a list on one line', () => {
  const text = JSON.stringify([
    null,
    [1, 'a'],
    { recordId: 'a' },
    { userId: 1 },
    { userId: 2 ** 53, recordId: 'a' },
    { userId: { id: 1 }, recordId: ['a'] },
    { userId: 1, recordId: 'a' },
    { userId: 1, user: 2, recordId: 'a' },
    { name: 'x' },
  ]);

  const { rows, bad } = parseJson(text, NONE);

  expect(rows.map(({ place }) => place)).toEqual([{ entry: 7 }]);
  expect(bad.map(({ place, reason }) => [formatPlace(place), reason])).toEqual([
    ['entry 1', 'it is not an object with userId and recordId'],
    ['entry 2', 'it is not an object with userId and recordId'],
    ['entry 3', expect.stringContaining('Which of "recordId" has the user id is not clear')],
    ['entry 4', expect.stringContaining('Which of "userId" has the record id is not clear')],
    ['entry 5', expect.stringContaining('pass larger ones as a string')],
    ['entry 6', expect.stringContaining('userId')],
    ['entry 8', 'Each of "userId", "user" can be the user id; name one with --user-field'],
    ['entry 9', 'it has no userId and no recordId'],
  ]);
});

test.for(['{"userId":1}', '[1', '"x"', 'null'])('%s is refused', (text) => {
  expect(() => parseJson(text, NONE)).toThrow(/The file is not (?:a )?JSON/);
});

test('the kind of a file is told by its name or its content', () => {
  const json = '[{"userId":1,"recordId":"a"}]';

  const read = (name: string, text: string) => [...readImportFile(name, utf8(text), NONE).batches].map(shown);

  expect(read('users.JSON', json)).toEqual([{ rows: ['1#a@entry 1'], bad: [] }]);
  expect(read('Standard input', json)).toEqual([{ rows: ['1#a@entry 1'], bad: [] }]);
  expect(read('users.txt', '1,17')).toEqual([{ rows: ['1#17@line 1'], bad: [] }]);
  expect(() => read('users', '{"list":[]}')).toThrow('The file is not a JSON list');
  expect(() => readImportFile('users.json', utf8(json), { ...NONE, noHeader: true })).toThrow(
    '--no-header is for CSV, not for JSON',
  );
});

test('it is told how a file was understood', () => {
  const told = (name: string, text: string) =>
    describeFile(readImportFile(name, utf8(text), NONE).understood);

  expect(told('users.csv', 'Id;TG ID\n17;a b\n18;12345\n')).toBe(
    'users.csv is CSV with semicolons and a header, in UTF-8. The user id is column "TG ID", the record id is column "Id". The first payment (line 3): user 12345, record 18.',
  );
  expect(told('users.csv', '12345\t17\n')).toBe(
    'users.csv is CSV with tabs and no header, in UTF-8. The user id is column 1, the record id is column 2. The first payment (line 1): user 12345, record 17.',
  );
  expect(told('users.json', '[{"userId":12345,"recordId":17}]')).toBe(
    'users.json is JSON, in UTF-8. The user id is key "userId", the record id is key "recordId". The first payment (entry 1): user 12345, record 17.',
  );
});

test.for([
  ['UTF-8', Buffer.from('userId,recordId\nännä,17\n')],
  ['UTF-8', Buffer.from('\ufeffuserId,recordId\nännä,17\n')],
  ['UTF-16', Buffer.from('\ufeffuserId,recordId\nännä,17\n', 'utf16le')],
  ['UTF-16', Buffer.from('\ufeffuserId,recordId\nännä,17\n', 'utf16le').swap16()],
] as const)('a file in %s is read (%#)', ([encoding, bytes]) => {
  const { batches, understood } = readImportFile('users.csv', bytes, NONE);

  expect([...batches].map(shown)).toEqual([{ rows: ['ännä#17@line 2'], bad: [] }]);
  expect(understood.encoding).toBe(encoding);
});

test.for([
  ['Windows-1252', Buffer.from('userId,recordId\nännä,17\n', 'latin1')],
  ['UTF-16 without a byte order mark', Buffer.from('userId,recordId\n1,17\n', 'utf16le')],
  ['half of UTF-16', Buffer.from('\ufeffuserId,recordId\n1,17\n', 'utf16le').subarray(0, -1)],
])('a file in %s is refused', ([, bytes]) => {
  expect(() => readImportFile('users.csv', bytes as Uint8Array, NONE)).toThrow(
    'users.csv is not a text in UTF-8, nor in UTF-16 with a byte order mark; save it as UTF-8',
  );
});

test('a file goes on after a line or an entry', () => {
  const text = 'userId,recordId\n1,a\n2,"b c"\n3,c\n4,"d e"\n5,e\n';
  const entries = [1, 2, 3].map((id) => ({ userId: id, recordId: id }));

  const csv = readImportFile('users.csv', utf8(text), { ...NONE, after: 3 });
  const json = readImportFile('users.json', utf8(JSON.stringify(entries)), { ...NONE, after: 2 });

  expect(csv.total).toBe(3);
  expect([...csv.batches].map(shown)).toEqual([
    { rows: [], bad: ['line 5'] },
    { rows: ['3#c@line 4', '5#e@line 6'], bad: [] },
  ]);
  expect([...json.batches].map(shown)).toEqual([{ rows: ['3#3@entry 3'], bad: [] }]);
});

test.for([
  ['an empty file', 'users.csv', '', 0, 'users.csv'],
  ['a file with nothing but a header', 'users.csv', 'userId,recordId\n', 0, 'users.csv'],
  ['a file that ends before the line', 'users.csv', 'userId,recordId\n1,a\n', 2, 'users.csv after line 2'],
  ['an empty list', 'users.json', '[]', 0, 'users.json'],
] as const)('%s is refused', ([, name, text, after, where]) => {
  expect(() => readImportFile(name, utf8(text), { ...NONE, after })).toThrow(
    `There is no payment in ${where}`,
  );
});
