import { readFile } from 'node:fs/promises';
import pMap from 'p-map';
import { runCommand } from '../../infra/local/process/run-command.ts';
import { EXPRESSION_MUTANT, expressionMutants } from './expression-mutants.ts';

export interface ExpressionTests {
  readonly root: string;
  /** Relative to `root`. */
  readonly files: readonly string[];
  /** The command that runs the tests, and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** How many mutants are tested at the same time. */
  readonly concurrency: number;
}

/**
 * Runs the tests once for each mutant of the expressions in the files, and prints those that no test noticed.
 *
 * @returns whether each mutant was noticed
 */
export async function testExpressions(options: ExpressionTests): Promise<boolean[]> {
  const { root, files, command, env, concurrency } = options;
  const [file, ...args] = command;
  const mutants = await Promise.all(
    files.map(async (path) => {
      const source = await readFile(`${root}/${path}`, 'utf8');
      return expressionMutants(source).map((mutant, index) => ({ ...mutant, path, source, index }));
    }),
  );
  return pMap(
    mutants.flat(),
    async ({ path, source, index, start, end, replacement }) => {
      const name = `${path}:${index}`;
      const { code } = await runCommand({
        file,
        args,
        cwd: root,
        env: { ...env, [EXPRESSION_MUTANT]: name },
      });
      const line = source.slice(0, start).split('\n').length;
      if (code === 0)
        console.log(`[Survived] ${path}:${line}\n-  ${source.slice(start, end)}\n+  ${replacement}`);
      return code !== 0;
    },
    { concurrency },
  );
}
