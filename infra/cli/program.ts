import { Command, InvalidArgumentError, Option } from 'commander';
import { acceptTableCommand } from './commands/accept-table.ts';
import { announceCommand } from './commands/announce.ts';
import type { ToAction } from './commands/context.ts';
import { doctorCommand } from './commands/doctor.ts';
import { importCommand } from './commands/import.ts';
import { statusCommand, trackCommand, untrackCommand } from './commands/payments.ts';
import { statsCommand } from './commands/stats.ts';
import { tickCommand } from './commands/tick.ts';
import { webhookCommand } from './commands/webhook.ts';
import { UsageError } from './console/errors.ts';
import type { Terminal } from './console/terminal.ts';
import { COMMAND_HELP, commandName, EXIT_CODES_HELP, generalHelp } from './help.ts';

const DESCRIPTION = `Tells bots which NocoDB payments are paid.

The command line looks for the payments table in this order: --table, --stack, PAYMENT_TABLE_NAME, the stack. The \
region and the credentials are those of the AWS CLI (AWS_REGION, AWS_PROFILE). The NocoDB settings are those of the \
stack (NOCODB_API_URL, NOCODB_TABLE_ID, …), with the token in NOCODB_API_TOKEN. The file .env can also set these \
variables.

Help for a command: payment-tracker COMMAND --help`;

/** Help is at most this wide, in characters. */
const MAX_HELP_WIDTH = 120;

/** The heading of these options in the help. */
const COMMON_OPTIONS_HEADING = 'Common options:';

/** The options that commands take, except for {@link USELESS} ones. */
const COMMON_OPTIONS: readonly Option[] = [
  new Option('--json', 'Print JSON instead of text.'),
  new Option(
    '--table <NAME>',
    'Payments table (default: PAYMENT_TABLE_NAME, or else the output TableName of the stack).',
  ),
  new Option(
    '--stack <NAME>',
    'CloudFormation stack (default: PAYMENT_TRACKER_STACK, or else PaymentTracker).',
  ),
  new Option(
    '--endpoint <URL>',
    'Emulator of AWS, as npm start prints it. No region or credentials are needed then.',
  ).argParser(parseUrl),
].map((option) => option.helpGroup(COMMON_OPTIONS_HEADING));

/** Common options that a command has no use for. `--table` is a table of DynamoDB, not of NocoDB. */
const USELESS: Readonly<Record<string, readonly string[]>> = {
  doctor: ['--table'],
  tick: ['--table'],
  'webhook install': ['--table'],
  'webhook remove': ['--table'],
};

function parseUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('It is not an http or https URL.');
}

/** The values of the common options. */
export interface CommonOptions {
  readonly json: boolean;
  readonly table: string | undefined;
  readonly stack: string | undefined;
  readonly endpoint: string | undefined;
}

export function readCommonOptions(command: Command): CommonOptions {
  const { json = false, table, stack, endpoint } = command.opts<Partial<CommonOptions>>();
  return { json, table, stack, endpoint };
}

export interface ProgramOptions {
  readonly version: string;
  /** Takes the help and the version. */
  readonly out: Terminal;
  readonly toAction: ToAction;
}

/**
 * The commands with their arguments, options and help.
 *
 * `parseAsync` throws {@link UsageError} when the command line is wrong. It throws `CommanderError` after it has printed
 * the help (exit code 0 if somebody asked for it) or the version.
 */
export function createProgram({ version, out, toAction }: ProgramOptions): Command {
  const program = new Command('payment-tracker')
    .description(DESCRIPTION)
    .version(version, '--version', 'Print the version.')
    .addHelpOption(new Option('-h, --help', 'Print this help.').helpGroup(COMMON_OPTIONS_HEADING))
    .addHelpText('afterAll', EXIT_CODES_HELP)
    // Everything after the first word belongs to the command that the word names.
    .enablePositionalOptions()
    .passThroughOptions();
  printTo(out, program);
  throwUsageErrors(program);
  const commands = [
    statsCommand(toAction),
    statusCommand(toAction),
    trackCommand(toAction),
    untrackCommand(toAction),
    importCommand(toAction),
    announceCommand(toAction),
    acceptTableCommand(toAction),
    doctorCommand(toAction),
    tickCommand(toAction),
    webhookCommand(toAction),
  ];
  for (const command of commands) addCommand(program, command);
  addCommand(program, helpCommand(program), { hidden: true });
  return program.configureHelp(generalHelp(COMMON_OPTIONS));
}

function printTo(out: Terminal, program: Command): void {
  const write = (text: string) => out.write(text);
  const width = () => Math.min(out.columns, MAX_HELP_WIDTH);
  program.configureOutput({
    writeOut: write,
    // Commander writes only one thing there: the help, when there is no command.
    writeErr: write,
    // The caller prints the errors that are thrown.
    outputError: () => {},
    getOutHelpWidth: width,
    getErrHelpWidth: width,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
}

/** Adds a command, and to the command what every command has. */
function addCommand(program: Command, command: Command, options: { readonly hidden?: boolean } = {}): void {
  program.addCommand(command, options);
  complete(command, program);
}

function complete(command: Command, program: Command): void {
  command.copyInheritedSettings(program).configureHelp(COMMAND_HELP);
  throwUsageErrors(command);
  for (const child of command.commands) complete(child, program);
  if (command.commands.length > 0) return;
  const useless = USELESS[commandName(command)] ?? [];
  for (const option of COMMON_OPTIONS) if (!useless.includes(option.long ?? '')) command.addOption(option);
}

/** `help webhook install` is `webhook install --help`. Commander's own help command takes only one word. */
function helpCommand(program: Command): Command {
  return new Command('help').argument('[COMMAND...]').action(async (words: string[]) => {
    await program.parseAsync([...words, '--help'], { from: 'user' });
  });
}

function throwUsageErrors(command: Command): void {
  command.exitOverride((error) => {
    if (error.exitCode === 0 || error.code === 'commander.help') throw error;
    const text = error.message.replace(/^error: /, '').replace('\n', ' ');
    const message = text.charAt(0).toUpperCase() + text.slice(1);
    throw new UsageError(message, commandName(command) || undefined, error);
  });
}

/**
 * Refuses an option in the place of another option's value: in `--table --json`, commander takes `--json` for the name
 * of the table. `--table=--json` is accepted.
 *
 * @param argv the command line that was parsed
 * @throws {UsageError}
 */
export function refuseMissingValues(command: Command, argv: readonly string[]): void {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (typeof value === 'string' && looksLikeOption(value) && argv.includes(value)) {
      command.error(`option '${option.flags}' argument missing`);
    }
  }
}

function looksLikeOption(value: string): boolean {
  return /^-./.test(value) && !/^-\d+$/.test(value);
}
