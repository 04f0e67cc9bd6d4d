import { commandName, leafCommands } from '../../../../infra/cli/help.ts';
import { createProgram } from '../../../../infra/cli/program.ts';
import { MemoryTerminal } from './run.ts';

const program = createProgram({
  version: '1.2.3',
  out: new MemoryTerminal(),
  toAction: () => async () => {},
});

/** The commands that the help shows. */
export const COMMANDS = leafCommands(program.createHelp().visibleCommands(program)).map((command) => ({
  name: commandName(command),
  summary: command.summary(),
}));
