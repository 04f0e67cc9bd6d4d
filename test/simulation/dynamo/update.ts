import { type Bindings, type Evaluation, type Item, readOperand, readPath } from './operand.ts';
import { Tokens } from './tokens.ts';

/** One change of an attribute; `undefined` removes it. All of an update see the item as it was before. */
type Change = (item: Item, bindings: Bindings) => readonly [name: string, value: unknown];

const SECTIONS: Readonly<Record<string, (tokens: Tokens) => Change>> = {
  SET: readAssignment,
  REMOVE: readRemoval,
  ADD: readAddition,
};

const parsed = new Map<string, readonly Change[]>();

/**
 * Applies an update expression of DynamoDB, as far as the tracker uses the language.
 *
 * @returns the new item
 * @throws {SyntaxError} for anything else
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export function applyUpdate(expression: string, item: Item, bindings: Bindings): Item {
  const changed = new Map(Object.entries(item));
  for (const change of parseUpdate(expression)) {
    const [name, value] = change(item, bindings);
    if (value === undefined) changed.delete(name);
    else changed.set(name, value);
  }
  return Object.fromEntries(changed);
}

function parseUpdate(expression: string): readonly Change[] {
  const known = parsed.get(expression);
  if (known) return known;
  const tokens = new Tokens(expression);
  const changes: Change[] = [];
  while (!tokens.done) {
    const readChange = SECTIONS[tokens.current.toUpperCase()];
    if (readChange === undefined) throw tokens.unexpected();
    tokens.take();
    do changes.push(readChange(tokens));
    while (tokens.skip(','));
  }
  parsed.set(expression, changes);
  return changes;
}

function readAssignment(tokens: Tokens): Change {
  const path = readPath(tokens);
  tokens.expect('=');
  const value = readSum(tokens);
  return (item, bindings) => {
    const result = value(item, bindings);
    if (result === undefined)
      throw new TypeError(`${path(bindings)} would be set to an attribute that is not there.`);
    return [path(bindings), result];
  };
}

function readSum(tokens: Tokens): Evaluation<unknown> {
  const first = readOperand(tokens);
  const sign = tokens.skip('+') ? 1 : tokens.skip('-') ? -1 : 0;
  if (sign === 0) return first;
  const second = readOperand(tokens);
  return (item, bindings) => toNumber(first(item, bindings)) + sign * toNumber(second(item, bindings));
}

function readRemoval(tokens: Tokens): Change {
  const path = readPath(tokens);
  return (_, bindings) => [path(bindings), undefined];
}

function readAddition(tokens: Tokens): Change {
  const path = readPath(tokens);
  const value = readOperand(tokens);
  return (item, bindings) => {
    const name = path(bindings);
    return [name, toNumber(item[name] ?? 0) + toNumber(value(item, bindings))];
  };
}

function toNumber(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`DynamoDB adds numbers only, not ${String(value)}.`);
  return value;
}
