/** Why the local stack cannot start, in one line that a person can act on. Printed without a stack trace. */
export class StartError extends Error {
  /**
   * @param problem what is wrong, in one sentence without a full stop
   * @param hint what the reader can do about it, in one sentence
   */
  constructor(problem: string, hint: string, cause?: unknown) {
    super(`${problem}. ${hint}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}
