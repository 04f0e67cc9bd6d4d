import { type Command, Help, type HelpConfiguration, type Option } from 'commander';

/** The help of a command, in the notation of the README: `status USER [RECORD] [OPTIONS]`, `--table NAME`. */
export const COMMAND_HELP: HelpConfiguration = {
  subcommandTerm: commandName,
  optionTerm: ({ flags }) => flags.replace(/[<>]/g, ''),
  commandUsage: (command) => [...path(command), usage(command)].join(' '),
  commandDescription: (command) => [command.summary(), command.description()].filter(Boolean).join('\n\n'),
};

/** The help of the program. It also lists the commands of groups, and the options of every command. */
export function generalHelp(commonOptions: readonly Option[]): HelpConfiguration {
  return {
    ...COMMAND_HELP,
    // Commander also reads `visibleCommands` and `visibleOptions` to suggest a name for a misspelled one. There, only
    // names that are valid as the first word may appear, so they change only while the help is formatted.
    formatHelp(program, help) {
      const general: Help = Object.assign(new Help(), help, {
        visibleCommands: () => leafCommands(help.visibleCommands(program)),
        visibleOptions: () => [...commonOptions, ...help.visibleOptions(program)],
      });
      return Help.prototype.formatHelp.call(general, program, general);
    },
  };
}

/** The text after the options, in every help. */
export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    failed, in whole or in part; doctor found a fault
  2    wrong usage or wrong settings: nothing was done
  130  interrupted by Ctrl-C`;

/** `webhook install`. Empty for the program. */
export function commandName(command: Command): string {
  return path(command).slice(1).join(' ');
}

/** The commands themselves: a group is replaced by its commands. */
export function leafCommands(commands: readonly Command[]): Command[] {
  return commands.flatMap((each) => (each.commands.length === 0 ? [each] : leafCommands(each.commands)));
}

/** The names of the program, of the group if there is one, and of the command. */
function path(command: Command): string[] {
  const { parent } = command;
  return parent === null ? [command.name()] : [...path(parent), command.name()];
}

function usage({ commands, registeredArguments }: Command): string {
  if (commands.length > 0) return 'COMMAND [ARGUMENTS] [OPTIONS]';
  const words = registeredArguments.map((each) => (each.required ? each.name() : `[${each.name()}]`));
  return [...words, '[OPTIONS]'].join(' ');
}
