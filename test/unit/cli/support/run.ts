import type { CommandContext } from '../../../../infra/cli/commands/context.ts';
import type { ExitCode } from '../../../../infra/cli/console/errors.ts';
import type { Terminal } from '../../../../infra/cli/console/terminal.ts';
import { main } from '../../../../infra/cli/main.ts';
import type { CommonOptions } from '../../../../infra/cli/program.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

/** A terminal that keeps what is written to it. */
export class MemoryTerminal implements Terminal {
  text = '';
  readonly interactive: boolean;
  readonly colours: boolean;
  readonly columns: number;

  constructor({ interactive = false, colours = false, columns = 120 } = {}) {
    this.interactive = interactive;
    this.colours = colours;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}

export interface Run {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
  /** The one JSON object that was printed. */
  json(): unknown;
}

/** Runs a command line with a context in which only what is given exists. */
export async function run(argv: readonly string[], parts: Partial<CommandContext> = {}): Promise<Run> {
  const out = (parts.out ?? new MemoryTerminal()) as MemoryTerminal;
  const err = (parts.err ?? new MemoryTerminal()) as MemoryTerminal;
  const exitCode = await main(argv, {
    out,
    err,
    version: '1.2.3',
    createContext: (common) => ({ ...absent(common), ...parts, out, err }),
  });
  return { exitCode, out: out.text, err: err.text, json: () => JSON.parse(out.text) };
}

function absent({ json }: CommonOptions): Omit<CommandContext, 'out' | 'err'> {
  const unexpected = (name: string) => () => {
    throw new Error(`the test did not expect ${name} to be used`);
  };
  return {
    json,
    clock: new FakeClock(),
    catchInterrupt: () => new AbortController().signal,
    readFile: unexpected('readFile'),
    payments: unexpected('payments'),
    watchedTables: unexpected('watchedTables'),
    stackOutputs: unexpected('stackOutputs'),
    announcements: unexpected('announcements'),
    invokeFunction: unexpected('invokeFunction'),
    parameters: { read: unexpected('parameters.read'), create: unexpected('parameters.create') },
    webhookSettings: () => undefined,
    accountConcurrency: unexpected('accountConcurrency'),
    newSecret: unexpected('newSecret'),
    nocodb: unexpected('nocodb'),
  };
}
