/** Says in one line why `npm start` cannot continue. It is printed without a stack trace. */
export class StartError extends Error {
  /**
   * @param problem what is wrong: one sentence without a full stop
   * @param hint what people can do about it: one sentence
   */
  constructor(problem: string, hint: string, cause?: unknown) {
    super(`${problem}. ${hint}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}
