import { type Evaluation, readOperand, readPath } from './operand.ts';
import { Tokens } from './tokens.ts';

const COMPARISONS: Readonly<Record<string, (a: number | string, b: number | string) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const parsed = new Map<string, Evaluation<boolean>>();

/**
 * Reads a condition expression of DynamoDB, as far as the tracker uses the language.
 *
 * @throws {SyntaxError} for anything else, so that a condition is never taken for another
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export function parseCondition(expression: string): Evaluation<boolean> {
  const known = parsed.get(expression);
  if (known) return known;
  const tokens = new Tokens(expression);
  const condition = readOr(tokens);
  if (!tokens.done) throw tokens.unexpected();
  parsed.set(expression, condition);
  return condition;
}

function readOr(tokens: Tokens): Evaluation<boolean> {
  const parts = [readAnd(tokens)];
  while (tokens.skip('OR')) parts.push(readAnd(tokens));
  return (item, bindings) => parts.some((part) => part(item, bindings));
}

function readAnd(tokens: Tokens): Evaluation<boolean> {
  const parts = [readTerm(tokens)];
  while (tokens.skip('AND')) parts.push(readTerm(tokens));
  return (item, bindings) => parts.every((part) => part(item, bindings));
}

function readTerm(tokens: Tokens): Evaluation<boolean> {
  if (tokens.skip('NOT')) {
    const term = readTerm(tokens);
    return (item, bindings) => !term(item, bindings);
  }
  if (tokens.skip('(')) {
    const inner = readOr(tokens);
    tokens.expect(')');
    return inner;
  }
  if (tokens.skip('ATTRIBUTE_EXISTS')) return readExistence(tokens, true);
  if (tokens.skip('ATTRIBUTE_NOT_EXISTS')) return readExistence(tokens, false);
  if (tokens.skip('BEGINS_WITH')) return readPrefix(tokens);
  return readComparison(tokens);
}

function readExistence(tokens: Tokens, exists: boolean): Evaluation<boolean> {
  tokens.expect('(');
  const path = readPath(tokens);
  tokens.expect(')');
  return (item, bindings) => (item[path(bindings)] !== undefined) === exists;
}

function readPrefix(tokens: Tokens): Evaluation<boolean> {
  tokens.expect('(');
  const whole = readOperand(tokens);
  tokens.expect(',');
  const prefix = readOperand(tokens);
  tokens.expect(')');
  return (item, bindings) => {
    const [text, start] = [whole(item, bindings), prefix(item, bindings)];
    return typeof text === 'string' && typeof start === 'string' && text.startsWith(start);
  };
}

/** An attribute that is not there, or of another type, compares as unequal, and neither as less nor as greater. */
function readComparison(tokens: Tokens): Evaluation<boolean> {
  const left = readOperand(tokens);
  const operator = tokens.take();
  const right = readOperand(tokens);
  const isUnequal = operator === '<>';
  const compare = COMPARISONS[isUnequal ? '=' : operator];
  if (compare === undefined) throw tokens.unexpected();
  return (item, bindings) => {
    const [a, b] = [left(item, bindings), right(item, bindings)];
    return (isScalar(a) && isScalar(b) && typeof a === typeof b && compare(a, b)) !== isUnequal;
  };
}

function isScalar(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string';
}
