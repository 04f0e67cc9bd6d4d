import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { type Change, expressionMutants } from './expression-mutants.ts';

export interface Mutant extends Change {
  /** Relative to the project. */
  readonly path: string;
}

export function mutate(source: string, { start, end, replacement }: Change): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

/**
 * All mutants of a file: Stryker's, and those of DynamoDB's expressions. Those that are no TypeScript are left out.
 *
 * @param path relative to `root`
 * @param hasExpressions whether the file contains expressions
 */
export async function mutantsOf(root: string, path: string, hasExpressions: boolean): Promise<Mutant[]> {
  const source = await readFile(`${root}/${path}`, 'utf8');
  const changes = [
    ...(await strykerMutants(path, source)),
    ...(hasExpressions ? expressionMutants(source) : []),
  ];
  const isCode = await Promise.all(changes.map((change) => parses(mutate(source, change))));
  return changes.filter((_, index) => isCode[index]).map((change) => ({ path, ...change }));
}

/** A part of Stryker's instrumenter. Lines and columns begin at 0. */
interface StrykerModule {
  readonly Instrumenter: new (
    logger: object,
  ) => {
    instrument(
      files: readonly { readonly name: string; readonly content: string; readonly mutate: true }[],
      options: object,
    ): Promise<{ readonly mutants: readonly StrykerMutant[] }>;
  };
}

interface StrykerMutant {
  readonly location: Readonly<Record<'start' | 'end', { readonly line: number; readonly column: number }>>;
  readonly replacement: string;
}

/** The command installs it, so the types of the project do not know it. */
const STRYKER: string = '@stryker-mutator/instrumenter';

const SILENT = { isDebugEnabled: () => false, debug() {}, info() {}, warn() {} };

async function strykerMutants(path: string, source: string): Promise<Change[]> {
  const { Instrumenter } = (await import(STRYKER)) as StrykerModule;
  const { mutants } = await new Instrumenter(SILENT).instrument(
    [{ name: path, content: source, mutate: true }],
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  const lines = source.split('\n');
  const offset = ({ line, column }: StrykerMutant['location']['start']) =>
    lines.slice(0, line).reduce((sum, { length }) => sum + length + 1, column);
  return mutants.map(({ location, replacement }) => ({
    start: offset(location.start),
    end: offset(location.end),
    replacement,
  }));
}

async function parses(source: string): Promise<boolean> {
  return transform(source, { loader: 'ts' }).then(
    () => true,
    () => false,
  );
}
