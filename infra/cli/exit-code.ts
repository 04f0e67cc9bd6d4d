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
