import type { PaymentTracker } from '../../lambda/client/index.ts';
import type { Clock } from '../../lambda/tracker/clock.ts';
import type { InvokeFunction } from './aws/invoke-function.ts';
import type { ParameterStore } from './aws/parameter-store.ts';
import type { StackOutputs } from './aws/stack-outputs.ts';
import type { NocoDbAccess } from './nocodb/nocodb-access.ts';
import type { Terminal } from './terminal/terminal.ts';

/** The part of the client that commands use. */
export type Payments = Pick<PaymentTracker, 'track' | 'trackMany' | 'untrack' | 'status' | 'getStats'>;

/** Everything outside that commands deal with. What is a function is looked up only by the commands that need it. */
export interface CommandContext {
  /** Results. */
  readonly out: Terminal;
  /** Progress and complaints. */
  readonly err: Terminal;
  /** Whether results are to be JSON. */
  readonly json: boolean;
  readonly clock: Clock;
  /** From now on, the first Ctrl-C does not end the process but aborts this signal. */
  catchInterrupt(): AbortSignal;
  readText(path: string): Promise<string>;

  /** The payments in the table that is meant. @throws {CommandError} when it cannot be found */
  payments(): Promise<Payments>;

  /** The outputs of the stack that is meant. @throws {CommandError} when there is none */
  stackOutputs(): Promise<StackOutputs>;
  readonly invokeFunction: InvokeFunction;
  readonly parameters: ParameterStore;
  /** A new secret that nobody can guess. */
  newSecret(): string;

  /** The configured NocoDB. @throws {SettingsError} with every fault at once */
  nocodb(): NocoDbAccess;
}
