import { parseArgs } from 'node:util';
import { nearMiss } from '../../lambda/settings/near-miss.ts';
import type { Command, OptionSpec, ParsedInput } from './command.ts';
import { UsageError } from './errors.ts';

/** Options that every command takes. */
export const COMMON_OPTIONS = {
  json: { type: 'boolean', help: 'Print JSON instead of text.' },
  help: { type: 'boolean', help: 'Print this help.' },
  table: {
    type: 'string',
    value: 'NAME',
    help: 'Payments table (default: PAYMENT_TABLE_NAME, or else the output TableName of the stack).',
  },
  stack: {
    type: 'string',
    value: 'NAME',
    help: 'CloudFormation stack (default: PAYMENT_TRACKER_STACK, or else PaymentTracker).',
  },
  endpoint: {
    type: 'string',
    value: 'URL',
    help: 'Emulator of AWS, as npm start prints it; no region or credentials are needed then.',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface CommonOptions {
  readonly json: boolean;
  readonly table: string | undefined;
  readonly stack: string | undefined;
  readonly endpoint: string | undefined;
}

/** What the command line asks for. */
export type CommandLine =
  | { readonly ask: 'version' }
  | { readonly ask: 'help'; readonly command: Command | undefined }
  | {
      readonly ask: 'run';
      readonly command: Command;
      readonly common: CommonOptions;
      readonly input: ParsedInput;
    };

/** @throws {UsageError} */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): CommandLine {
  const [first] = argv;
  if (first === undefined || first === '--help' || first === '-h') return { ask: 'help', command: undefined };
  if (first === '--version') return { ask: 'version' };
  if (first === 'help') return { ask: 'help', command: argv[1] ? find(argv.slice(1), commands) : undefined };
  const command = find(argv, commands);
  const { values, positionals } = parse(argv.slice(command.name.split(' ').length), command);
  if (values.help === true) return { ask: 'help', command };
  const { json = false, help: _, table, stack, endpoint, ...options } = values;
  return {
    ask: 'run',
    command,
    common: { json, table, stack, endpoint } as CommonOptions,
    input: { arguments: nameArguments(positionals, command), options },
  };
}

/** `-h` has a letter because it is what people try; nothing else has. */
const HELP_LETTER = 'h';

function parse(args: readonly string[], { name, options }: Command) {
  const config = Object.entries({ ...COMMON_OPTIONS, ...options }).map(([option, { type }]) => [
    option,
    option === 'help' ? { type, short: HELP_LETTER } : { type },
  ]);
  try {
    const { values, positionals } = parseArgs({
      args: args.map(hideNegative),
      options: Object.fromEntries(config) as Record<string, { type: 'string' | 'boolean' }>,
      allowPositionals: true,
    });
    return {
      values: Object.fromEntries(
        Object.entries(values).map(([key, value]) => [
          key,
          typeof value === 'string' ? showNegative(value) : (value as boolean),
        ]),
      ),
      positionals: positionals.map(showNegative),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS_')) throw error;
    throw new UsageError(showNegative(message.split(/\.(?:\s|$)/)[0] ?? message), name);
  }
}

/** Telegram's groups have negative ids, which parseArgs would take for options. A NUL cannot be in an argument. */
function hideNegative(argument: string): string {
  return /^-\d+$/.test(argument) ? `\0${argument}` : argument;
}

function showNegative(argument: string): string {
  return argument.replaceAll('\0', '');
}

function find(words: readonly string[], commands: readonly Command[]): Command {
  const [first = '', second = ''] = words;
  const command = commands.find(({ name }) => name === `${first} ${second}` || name === first);
  if (command !== undefined) return command;
  const family = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (family.length > 0) throw new UsageError(`"${first}" is one of: ${family.join(', ')}`);
  const meant = commands.find(({ name }) => nearMiss(name.toUpperCase(), [first, `${first} ${second}`]));
  const hint = meant === undefined ? '' : `; did you mean "${meant.name}"?`;
  throw new UsageError(`There is no command "${first}"${hint}`);
}

function nameArguments(values: readonly string[], command: Command): Record<string, string | undefined> {
  const specs = Object.entries(command.arguments);
  const missing = specs.find(([, { optional }], index) => !optional && values[index] === undefined);
  if (missing !== undefined) throw new UsageError(`${missing[0].toUpperCase()} is missing`, command.name);
  const extra = values[specs.length];
  if (extra !== undefined) throw new UsageError(`"${extra}" is one argument too many`, command.name);
  return Object.fromEntries(specs.map(([name], index) => [name, values[index]]));
}
