import { type Command, CommanderError } from 'commander';
import { SettingsError } from '../../lambda/settings/settings-error.ts';
import { InvalidIdError, TrackerError } from '../../lambda/tracker/errors.ts';
import type { CommandContext, ToAction } from './commands/context.ts';
import { CommandError, EXIT_CODE, type ExitCode, InterruptedError, UsageError } from './console/errors.ts';
import { colour, type Terminal } from './console/terminal.ts';
import { type CommonOptions, createProgram, readCommonOptions, refuseMissingValues } from './program.ts';

export interface MainDependencies {
  readonly out: Terminal;
  readonly err: Terminal;
  readonly version: string;
  createContext(common: CommonOptions): CommandContext;
}

/**
 * Runs one command line. Results go to `out`, everything else to `err`. Never throws.
 *
 * @param argv the arguments, without node and the script
 * @returns how the process ends
 */
export async function main(argv: readonly string[], dependencies: MainDependencies): Promise<ExitCode> {
  const { out, err, version, createContext } = dependencies;
  let exitCode: ExitCode = EXIT_CODE.done;
  const toAction: ToAction =
    (work) =>
    async (...values) => {
      // Commander passes the command last.
      const command = values.at(-1) as Command;
      refuseMissingValues(command, argv);
      exitCode = await work(createContext(readCommonOptions(command)), ...values);
    };
  try {
    await createProgram({ version, out, toAction }).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODE.done : EXIT_CODE.usage;
    const failure = explain(error);
    err.write(`${colour(err, 'red', '✖')} ${failure.text}\n`);
    return failure.exitCode;
  }
}

function explain(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof UsageError) {
    const about = error.command === undefined ? '' : ` ${error.command}`;
    return {
      text: `${error.message.replace(/[^.?]$/, '$&.')} See: payment-tracker${about} --help`,
      exitCode: EXIT_CODE.usage,
    };
  }
  if (error instanceof SettingsError || error instanceof InvalidIdError) {
    return { text: error.message, exitCode: EXIT_CODE.usage };
  }
  if (error instanceof InterruptedError) return { text: error.message, exitCode: EXIT_CODE.interrupted };
  if (error instanceof CommandError || error instanceof TrackerError) {
    return { text: error.message, exitCode: EXIT_CODE.failed };
  }
  // The error is unexpected. Only its stack says where it comes from.
  return { text: (error instanceof Error && error.stack) || String(error), exitCode: EXIT_CODE.failed };
}
