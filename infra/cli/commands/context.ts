import type { PaymentTracker } from '../../../lambda/client/index.ts';
import type { DynamoControlItem } from '../../../lambda/table/control-item.ts';
import type { Clock } from '../../../lambda/tracker/clock.ts';
import type { Announcements } from '../aws/announcements.ts';
import type { AccountConcurrency, InvokeFunction, ParameterStore } from '../aws/aws.ts';
import type { StackOutputs } from '../aws/find-table.ts';
import type { ExitCode } from '../console/errors.ts';
import type { Terminal } from '../console/terminal.ts';
import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';

/** The part of the client that commands use. */
export type Payments = Pick<PaymentTracker, 'track' | 'trackMany' | 'untrack' | 'status' | 'getStats'>;

/** What commands work with. Members that are functions reach out only when they are called. */
export interface CommandContext {
  /** Takes results. */
  readonly out: Terminal;
  /** Takes progress and errors. */
  readonly err: Terminal;
  /** Whether results are printed as JSON. */
  readonly json: boolean;
  readonly clock: Clock;
  /** After this call, the first Ctrl-C aborts the signal and does not end the process. */
  catchInterrupt(): AbortSignal;
  /** Asks a person. Absent if nobody can answer, as in a pipe. */
  readonly askYesNo?: (question: string) => Promise<boolean>;
  /** Reads a file, or standard input (`-`). @throws {UsageError} when it cannot be read */
  readFile(path: string): Promise<Uint8Array>;

  /** The payments in the selected table. @throws {CommandError} when the table is not found */
  payments(): Promise<Payments>;

  /** The NocoDB tables that the tracker of the selected table has watched. @throws {CommandError} when it is not found */
  watchedTables(): Promise<Pick<DynamoControlItem, 'watched' | 'acceptTable'>>;

  /** The outputs of the selected stack. @throws {CommandError} when the stack is not found */
  stackOutputs(): Promise<StackOutputs>;
  /** The tracker of the selected stack. @throws {CommandError} when the stack is not found */
  announcements(): Promise<Announcements>;
  readonly invokeFunction: InvokeFunction;
  readonly parameters: ParameterStore;
  /** The webhook in the settings of the stack. `undefined` if it is not deployed. */
  webhookSettings(): { readonly maxConcurrency: number | undefined } | undefined;
  /** @throws {CommandError} */
  accountConcurrency(): Promise<AccountConcurrency>;
  /** A new random secret. */
  newSecret(): string;

  /** The configured NocoDB. @throws {SettingsError} with every fault at once */
  nocodb(): NocoDbAccess;
}

/**
 * What a command does. `values` are those that commander passes to an action: the arguments, and then the options.
 *
 * @returns how the process ends
 */
export type CommandWork<Values extends unknown[]> = (
  context: CommandContext,
  ...values: Values
) => Promise<ExitCode>;

/** Makes the work of a command an action of commander. */
export type ToAction = <Values extends unknown[]>(
  work: CommandWork<Values>,
) => (...values: Values) => Promise<void>;
