import { expect, test } from 'vitest';
import {
  colour,
  createProgressBar,
  cutTo,
  formatProgress,
  LiveView,
  terminalOn,
} from '../../../infra/cli/console/terminal.ts';
import { MemoryTerminal } from './support/run.ts';

const stream = (isTTY?: boolean) => ({ write: () => true, isTTY, columns: isTTY ? 100 : undefined });

test.for([
  ['a terminal', true, {}, { interactive: true, colours: true, columns: 100 }],
  ['a pipe or a file', undefined, {}, { interactive: false, colours: false, columns: 80 }],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, { interactive: true, colours: false }],
  ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, { colours: true }],
  ['a dumb terminal', true, { TERM: 'dumb' }, { interactive: false, colours: false }],
] as const)('%s gets what it can show', ([, isTTY, env, expected]) => {
  expect(terminalOn(stream(isTTY), env)).toMatchObject(expected);
});

test('text is coloured only where it may be', () => {
  expect(colour({ colours: true }, 'green', 'x')).toBe('\x1b[32mx\x1b[39m');
  expect(colour({ colours: false }, 'green', 'x')).toBe('x');
});

test.for([
  [0, 1000, '░░░░░░░░░░░░░░░░░░░░░░░░   0 %  0 of 1,000 rows'],
  [500, 1000, '████████████░░░░░░░░░░░░  50 %  500 of 1,000 rows'],
  [999, 1000, '████████████████████████  99 %  999 of 1,000 rows'],
  [1000, 1000, '████████████████████████ 100 %  1,000 of 1,000 rows'],
  [1200, 1000, '████████████████████████ 100 %  1,200 of 1,000 rows'],
  [0, 0, '████████████████████████ 100 %  0 of 0 rows'],
  [1234, undefined, '1,234 rows'],
] as const)('%d of %s is shown as a bar', ([done, total, text]) => {
  expect(formatProgress(done, total, 'rows')).toBe(text);
});

test('a progress bar keeps to one line of a terminal, and leaves none of it behind', () => {
  const terminal = new MemoryTerminal({ interactive: true });
  const bar = createProgressBar(terminal, 'rows');

  bar.show(1, 2);
  bar.clear();

  expect(terminal.text).not.toContain('\n');
  expect(terminal.text.endsWith('\r\x1b[2K')).toBe(true);
});

test('a progress bar shows nothing where nobody looks', () => {
  const terminal = new MemoryTerminal();
  const bar = createProgressBar(terminal, 'rows');

  bar.show(1, 2);
  bar.clear();

  expect(terminal.text).toBe('');
});

test('a live view draws over what it drew before', () => {
  const terminal = new MemoryTerminal();
  const view = new LiveView(terminal);

  view.draw(['a', 'b']);
  view.draw(['c']);

  expect(terminal.text).toBe('\r\x1b[0Ja\nb\n\x1b[2A\r\x1b[0Jc\n');
});

test.for([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['✅✅✅', 2, '✅…'],
  ['abc', 0, '…'],
] as const)('%s is cut to %d characters', ([text, width, expected]) => {
  expect(cutTo(text, width)).toBe(expected);
});
