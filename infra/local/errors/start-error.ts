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

/**
 * Prints an error, and lets the process end with 1. If a second resource fails while it is disposed of, JavaScript wraps
 * both errors in a SuppressedError: then it prints each.
 */
export function reportFailure(error: unknown): void {
  process.exitCode = 1;
  if (error instanceof SuppressedError) {
    reportFailure(error.suppressed);
    reportFailure(error.error);
    return;
  }
  console.error(error instanceof StartError ? error.message : error);
}
