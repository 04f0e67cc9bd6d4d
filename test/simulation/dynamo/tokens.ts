const TOKEN = /\s*(?:([#:]?\w+)|(<>|<=|>=|[=<>(),+-]))/y;

/** Reads one DynamoDB expression, token by token. */
export class Tokens {
  readonly #expression: string;
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(expression: string) {
    this.#expression = expression;
    const text = expression.trimEnd();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const match = TOKEN.exec(text);
      if (match === null) throw new SyntaxError(`Not an expression that the simulation knows: ${expression}`);
      this.#tokens.push((match[1] ?? match[2]) as string);
    }
  }

  /** The token at hand; `''` at the end. Keywords are compared without regard to case. */
  get current(): string {
    return this.#tokens[this.#next] ?? '';
  }

  get done(): boolean {
    return this.#next >= this.#tokens.length;
  }

  isAt(word: string): boolean {
    return this.current.toUpperCase() === word;
  }

  /** Goes past the token at hand if it is that word. */
  skip(word: string): boolean {
    if (!this.isAt(word)) return false;
    this.#next += 1;
    return true;
  }

  take(): string {
    if (this.done) throw this.unexpected();
    return this.#tokens[this.#next++] as string;
  }

  expect(word: string): void {
    if (!this.skip(word)) throw this.unexpected();
  }

  unexpected(): SyntaxError {
    return new SyntaxError(`Unexpected "${this.current}" in the expression: ${this.#expression}`);
  }
}
