import jsonata from 'jsonata';

/** Evaluates what stands between `{%` and `%}`. */
export type Evaluate = (template: unknown, variables: Readonly<Record<string, unknown>>) => Promise<unknown>;

export interface ExpressionWorld {
  /** Epoch milliseconds: what `$millis()` gives. */
  now(): number;
  /** What `$random()` gives. */
  random(): number;
}

const TEMPLATE = /^\{%(.*)%\}$/s;

/**
 * An evaluator of JSONata templates whose functions of time and chance are the world's.
 *
 * Objects and arrays are evaluated member by member; other values stand for themselves. An expression without a result
 * throws, as it fails a state (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html).
 */
export function createEvaluate(world: ExpressionWorld): Evaluate {
  const compiled = new Map<string, jsonata.Expression>();
  const functions = {
    millis: () => Math.floor(world.now()),
    now: () => new Date(world.now()).toISOString(),
    random: () => world.random(),
  };
  const compile = (source: string) => {
    const expression = compiled.get(source) ?? jsonata(source);
    compiled.set(source, expression);
    return expression;
  };

  const evaluate: Evaluate = async (template, variables) => {
    if (typeof template === 'string') {
      const source = TEMPLATE.exec(template)?.[1];
      if (source === undefined) return template;
      const result = await compile(source)
        .evaluate({}, { ...variables, ...functions })
        .catch(explain(source));
      if (result === undefined) throw new QueryEvaluationError(source, 'it has no result');
      return result;
    }
    if (Array.isArray(template)) return Promise.all(template.map((each) => evaluate(each, variables)));
    if (typeof template === 'object' && template !== null) {
      const members = Object.entries(template).map(async ([name, value]) => [
        name,
        await evaluate(value, variables),
      ]);
      return Object.fromEntries(await Promise.all(members));
    }
    return template;
  };
  return evaluate;
}

/** An expression that fails or has no result: Step Functions' `States.QueryEvaluationError`. */
export class QueryEvaluationError extends Error {
  constructor(source: string, problem: string) {
    super(`The expression ${source.trim()} failed: ${problem}.`);
    this.name = 'States.QueryEvaluationError';
  }
}

/** JSONata throws plain objects. */
function explain(source: string) {
  return ({ message }: { message: string }): never => {
    throw new QueryEvaluationError(source, message);
  };
}
