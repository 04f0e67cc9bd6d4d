/** The command line was used in a way that cannot work. Printed with a pointer to the help. */
export class UsageError extends Error {
  /** Whose help tells more; absent: the general help. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.name = new.target.name;
    this.command = command;
  }
}

/** A command could not do what it was asked for. Printed without a stack trace. */
export class CommandError extends Error {
  /**
   * @param problem what is wrong, in one sentence without a full stop
   * @param hint what the reader can do about it, in one sentence
   */
  constructor(problem: string, hint: string, cause?: unknown) {
    super(`${problem}. ${hint}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}

/** The person pressed Ctrl-C; the message says what is done and how to go on. */
export class InterruptedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** How a run of the command line ends. */
export const EXIT_CODE = {
  /** Everything that was asked for is done. */
  done: 0,
  /** It could not be done, or not all of it; `doctor` found a fault. */
  failed: 1,
  /** It was asked for in a way that cannot work: unknown command, bad argument, missing setting. Nothing was done. */
  usage: 2,
  /** Ctrl-C before the end. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE];
