/** How a run of the command line ends. */
export const EXIT_CODE = {
  /** The command did everything. */
  done: 0,
  /** The command failed, in whole or in part, or `doctor` found a fault. */
  failed: 1,
  /** The command, an argument or a setting is wrong. Nothing was done. */
  usage: 2,
  /** The user pressed Ctrl-C before the end. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE];

/** The command line is wrong. Printed with a pointer to the help. */
export class UsageError extends Error {
  /** The command whose help is shown, as in `webhook install`. @default the general help */
  readonly command: string | undefined;

  constructor(message: string, command?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.command = command;
  }
}

/** A command failed. Printed without a stack trace. */
export class CommandError extends Error {
  /** What people can do about it, in one sentence. */
  readonly hint: string;

  /**
   * @param problem what is wrong, in one sentence without a full stop
   * @param hint what people can do about it, in one sentence
   */
  constructor(problem: string, hint: string, cause?: unknown) {
    super(`${problem}. ${hint}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** The user pressed Ctrl-C. The message says what is done and how to continue. */
export class InterruptedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
