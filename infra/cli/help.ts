import type { Command, OptionSpec } from './command.ts';
import { COMMON_OPTIONS } from './parse-command-line.ts';

const PROGRAM = 'payment-tracker';

const EXIT_CODES = `Exit codes:
  0    done
  1    it failed, in whole or in part; doctor found a fault
  2    wrong usage or wrong settings: nothing was done
  130  interrupted by Ctrl-C`;

/** Help for everything. */
export function generalHelp(commands: readonly Command[]): string {
  return `Tells bots which NocoDB payments are paid.

Usage: ${PROGRAM} COMMAND [ARGUMENTS] [OPTIONS]

Commands:
${table(commands.map(({ name, summary }) => [name, summary]))}

Options of every command:
${optionTable(COMMON_OPTIONS)}

  --version  Print the version.

Help for a command: ${PROGRAM} COMMAND --help

The table is looked for in this order: --table, --stack, PAYMENT_TABLE_NAME, the stack. Region and credentials come from
where the AWS CLI has them (AWS_REGION, AWS_PROFILE). The settings of NocoDB are those of the stack (NOCODB_API_URL,
NOCODB_TABLE_ID, …) with the token in NOCODB_API_TOKEN. Variables may also stand in the file .env.

${EXIT_CODES}
`;
}

/** Help for one command. */
export function commandHelp(command: Command): string {
  const { name, summary, details = [], options, examples } = command;
  const args = Object.entries(command.arguments);
  const sections = [
    summary,
    `Usage: ${[PROGRAM, name, ...args.map(argumentUsage), '[OPTIONS]'].join(' ')}`,
    ...details,
    ...(args.length === 0
      ? []
      : [`Arguments:\n${table(args.map(([argument, { help }]) => [argument.toUpperCase(), help]))}`]),
    `Options:\n${optionTable({ ...options, ...COMMON_OPTIONS })}`,
    `Examples:\n${examples.map((example) => `  ${PROGRAM} ${example}`).join('\n')}`,
    EXIT_CODES,
  ];
  return `${sections.join('\n\n')}\n`;
}

function argumentUsage([name, { optional }]: [string, { readonly optional?: boolean }]): string {
  return optional ? `[${name.toUpperCase()}]` : name.toUpperCase();
}

function optionTable(options: Readonly<Record<string, OptionSpec>>): string {
  return table(
    Object.entries(options).map(([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help]),
  );
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n');
}
