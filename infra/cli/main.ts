import { SettingsError } from '../../lambda/settings/read-settings.ts';
import { InvalidIdError, TrackerError } from '../../lambda/tracker/errors.ts';
import type { Command } from './command.ts';
import type { CommandContext } from './context.ts';
import { CommandError, EXIT_CODE, type ExitCode, InterruptedError, UsageError } from './errors.ts';
import { commandHelp, generalHelp } from './help.ts';
import { type CommonOptions, parseCommandLine } from './parse-command-line.ts';
import { colour, type Terminal } from './terminal.ts';

export interface MainDependencies {
  readonly commands: readonly Command[];
  readonly out: Terminal;
  readonly err: Terminal;
  readonly version: string;
  /** Makes what commands work with, after the options that all of them take. */
  createContext(common: CommonOptions): CommandContext;
}

/**
 * Runs one command line. Results go to `out`, everything else to `err`.
 *
 * @param argv the arguments, without node and the script
 * @returns how the process should end; never throws
 */
export async function main(argv: readonly string[], dependencies: MainDependencies): Promise<ExitCode> {
  const { commands, out, err, version } = dependencies;
  try {
    const line = parseCommandLine(argv, commands);
    switch (line.ask) {
      case 'version':
        out.write(`${version}\n`);
        return EXIT_CODE.done;
      case 'help':
        out.write(line.command === undefined ? generalHelp(commands) : commandHelp(line.command));
        return argv.length === 0 ? EXIT_CODE.usage : EXIT_CODE.done;
      case 'run':
        return await line.command.run(line.input, dependencies.createContext(line.common));
    }
  } catch (error) {
    const { text, exitCode } = explain(error);
    err.write(`${colour(err, 'red', '✖')} ${text}\n`);
    return exitCode;
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
  // Nobody foresaw it, so that only the stack tells more.
  return { text: (error instanceof Error && error.stack) || String(error), exitCode: EXIT_CODE.failed };
}
