import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../table/document-client.ts';
import { PaymentStoreTable } from '../table/payment-store-table.ts';
import { type Clock, systemClock } from '../tracker/clock.ts';
import type { Observer } from '../tracker/events.ts';
import type { PaymentStore } from '../tracker/payment-store.ts';

/** Where the payments are, and how to behave. */
export interface PaymentTrackerOptions {
  /** Name of the payments table, an output of the stack. */
  readonly tableName: string;
  /** @default one with short timeouts; region and credentials as the AWS SDK finds them */
  readonly client?: DynamoDBDocumentClient;
  /** @default the machine's */
  readonly clock?: Pick<Clock, 'now'>;
  /** Told about every payment tracked and untracked, for example {@link consoleObserver}. @default nobody */
  readonly observe?: Observer;
  readonly retention?: {
    /** Days that a payment may wait before it is given up. @default 90 */
    readonly pendingDays?: number;
  };
  /** How many partitions the table's index has: what the stack was given. @default 1 */
  readonly shards?: number;
  /** Where `printStats` prints. @default console.log */
  readonly print?: (text: string) => void;
}

/** The options with everything decided. */
export interface Dependencies {
  readonly store: PaymentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  readonly print: (text: string) => void;
}

/** @throws {TypeError} without a table name, or with a number of shards that cannot be */
export function resolveOptions(options: PaymentTrackerOptions): Dependencies {
  const { tableName, shards = 1, retention } = options;
  if (typeof tableName !== 'string' || tableName === '') {
    throw new TypeError(
      'PaymentTracker: tableName is missing. Pass the name of the payments table; a Lambda gets it from the stack in an environment variable.',
    );
  }
  if (!Number.isInteger(shards) || shards < 1) {
    throw new TypeError(
      `PaymentTracker: shards is ${shards}. Pass the whole number that the stack was given.`,
    );
  }
  const client = options.client ?? createDocumentClient();
  return {
    store: new PaymentStoreTable({ client, tableName, shards, ...retention }),
    clock: options.clock ?? systemClock,
    observe: options.observe ?? (() => {}),
    print: options.print ?? console.log,
  };
}
