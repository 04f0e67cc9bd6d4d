import { describe, expect, it } from 'vitest';
import { replaceBlock } from '../../bench/report/marked-block.ts';
import { readDoc } from '../../support/docs.ts';

describe('a marked block', () => {
  it('is replaced, and nothing around it', () => {
    const before = 'a\n<!-- bench:start -->old<!-- bench:end -->\nb <!-- soak:start --><!-- soak:end -->';

    const after = replaceBlock(before, 'bench', 'new');

    expect(after).toBe(
      'a\n<!-- bench:start -->\n\nnew\n\n<!-- bench:end -->\nb <!-- soak:start --><!-- soak:end -->',
    );
    expect(replaceBlock(after, 'bench', 'new')).toBe(after);
  });

  it.each([
    ['bench', 'test/bench/README.md'],
    ['scale', 'test/bench/README.md'],
    ['soak', 'test/bench/README.md'],
    ['simulate', 'test/simulation/README.md'],
  ])('%s is in %s', (name, path) => {
    expect(replaceBlock(readDoc(path), name, 'new')).toContain(`:start -->\n\nnew\n\n<!-- ${name}:end -->`);
  });

  it('has to be there', () => {
    expect(() => replaceBlock('<!-- bench:end --> <!-- bench:start -->', 'bench', 'new')).toThrow('no block');
  });
});
