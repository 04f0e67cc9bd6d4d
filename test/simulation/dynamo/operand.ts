import type { Tokens } from './tokens.ts';

/** An item, its values as the document client gives them. */
export type Item = Readonly<Record<string, unknown>>;

/** What the placeholders of an expression stand for. */
export interface Bindings {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A part of an expression, ready to be evaluated on an item. */
export type Evaluation<Result> = (item: Item, bindings: Bindings) => Result;

/** Reads a path: `#status`, or the bare name of an attribute. */
export function readPath(tokens: Tokens): (bindings: Bindings) => string {
  const token = tokens.take();
  if (!/^#?\w+$/.test(token)) throw tokens.unexpected();
  return ({ names }) => (token.startsWith('#') ? bound(names, token) : token);
}

/** Reads an operand: a value's placeholder, `if_not_exists(path, operand)` or a path. */
export function readOperand(tokens: Tokens): Evaluation<unknown> {
  if (tokens.current.startsWith(':')) {
    const token = tokens.take();
    return (_, { values }) => bound(values, token);
  }
  if (tokens.skip('IF_NOT_EXISTS')) {
    tokens.expect('(');
    const path = readPath(tokens);
    tokens.expect(',');
    const otherwise = readOperand(tokens);
    tokens.expect(')');
    return (item, bindings) => item[path(bindings)] ?? otherwise(item, bindings);
  }
  const path = readPath(tokens);
  return (item, bindings) => item[path(bindings)];
}

function bound<T>(bindings: Readonly<Record<string, T>>, placeholder: string): T {
  if (!Object.hasOwn(bindings, placeholder)) {
    throw new SyntaxError(`An expression uses ${placeholder}, which is not defined.`);
  }
  return bindings[placeholder] as T;
}
