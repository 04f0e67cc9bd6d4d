/**
 * Mutants of DynamoDB's expressions. For Stryker an expression is a text: it makes it empty, which DynamoDB refuses
 * whatever the tests check. These mutants change what an expression means, and keep every name and value in it, because
 * DynamoDB also refuses a value that no expression uses.
 */

/** A change of a file: the text from `start` to `end` is replaced. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** What a part of an expression is changed into. `$&` is the part itself. */
const MUTATIONS: readonly (readonly [RegExp, readonly string[]])[] = [
  // A clause that always holds, and one that never does.
  [
    /#\w+ (?:<=|>=|<>|<|>|=) :\w+(?:\$\{\w+\})?|attribute_(?:not_)?exists\(#\w+\)/g,
    ['($& OR NOT $&)', '($& AND NOT $&)'],
  ],
  [/(?<=#\w+ )<=(?= :)/g, ['<', '>']],
  [/(?<=#\w+ )<(?= :)/g, ['<=', '>=']],
  [/(?<=#\w+ )>=(?= :)/g, ['>', '<']],
  [/(?<=#\w+ )>(?= :)/g, ['>=', '<=']],
  [/(?<=#\w+ )=(?= :)/g, ['<>']],
  [/(?<=#\w+ )<>(?= :)/g, ['=']],
  [/\bAND\b/g, ['OR']],
  [/\bOR\b/g, ['AND']],
  [/\bNOT /g, ['']],
];

/** All mutants of the expressions in the source of a module. */
export function expressionMutants(source: string): Change[] {
  return MUTATIONS.flatMap(([pattern, replacements]) =>
    [...source.matchAll(pattern)].flatMap(({ index: start, 0: part }) =>
      replacements.map((replacement) => ({
        start,
        end: start + part.length,
        replacement: replacement.replaceAll('$&', () => part),
      })),
    ),
  );
}
