import type { CommandContext } from './context.ts';
import type { ExitCode } from './errors.ts';

/** An argument by position. */
export interface ArgumentSpec {
  readonly help: string;
  readonly optional?: boolean;
}

/** An argument by name: `--name`, or `--name VALUE` for a `string`. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** What the help calls the value: `FILE`. */
  readonly value?: string;
  readonly help: string;
}

type Arguments = Readonly<Record<string, ArgumentSpec>>;
type Options = Readonly<Record<string, OptionSpec>>;

/** The arguments of a command as its `run` gets them; optional ones may be `undefined`. */
export type ArgumentValues<A extends Arguments> = {
  readonly [Name in keyof A]: A[Name] extends { readonly optional: true } ? string | undefined : string;
};

export type OptionValues<O extends Options> = {
  readonly [Name in keyof O]: (O[Name]['type'] extends 'boolean' ? boolean : string) | undefined;
};

/** What a command does with its arguments; the help is made of it. */
export interface CommandSpec<A extends Arguments, O extends Options> {
  /** One word, or two: `webhook install`. */
  readonly name: string;
  /** One line of the general help. */
  readonly summary: string;
  /** Paragraphs of the command's own help. */
  readonly details?: readonly string[];
  /** By position, in this order; optional ones last. Their names are shown in capitals. */
  readonly arguments: A;
  readonly options: O;
  readonly examples: readonly string[];
  run(input: CommandInput<A, O>, context: CommandContext): Promise<ExitCode>;
}

export interface CommandInput<A extends Arguments, O extends Options> {
  readonly arguments: ArgumentValues<A>;
  readonly options: OptionValues<O>;
}

/** What was on the command line, by name. */
export interface ParsedInput {
  readonly arguments: Readonly<Record<string, string | undefined>>;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** A command whatever its arguments and options are. */
export interface Command extends Omit<CommandSpec<Arguments, Options>, 'run'> {
  /** @param input parsed after the command's own `arguments` and `options` */
  run(input: ParsedInput, context: CommandContext): Promise<ExitCode>;
}

/** Checks a command's `run` against its arguments and options. */
export function defineCommand<const A extends Arguments, const O extends Options>(
  spec: CommandSpec<A, O>,
): Command {
  // The types of the input follow from the specification that it is parsed after.
  return spec as unknown as Command;
}
