import type { NocoDbAddress } from '../nocodb/start.ts';

/** The NocoDB and the table of a ticker. */
export interface TickerOptions {
  readonly nocodb: NocoDbAddress;
  /** The version of NocoDB's API. @default 'v2' */
  readonly apiVersion?: 'v2' | 'v3';
  readonly table: EmulatedTable | { readonly kind: 'memory'; readonly recordIds: readonly string[] };
  readonly intervalSeconds: number;
}

/** A payments table in an emulator of DynamoDB, or in DynamoDB Local. */
export interface EmulatedTable {
  readonly kind: 'emulator';
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface TickOrder {
  /** Starts an audit: the tick also asks which records exist. */
  readonly audit: boolean;
}

/** The figures of one tick. */
export interface TickFigures {
  readonly milliseconds: number;
  /** Of these, until the payments to ask for are listed: for the gate, the news and the list. */
  readonly listMilliseconds: number;
  /** Of these, the time of NocoDB's answers. */
  readonly requestMilliseconds: number;
  /** Processor time of the process, whatever else runs on the machine. */
  readonly processorMilliseconds: number;
  readonly requests: number;
  /** The most requests sent within any second. */
  readonly peakPerSecond: number;
  /** Of NocoDB's answers. */
  readonly bytes: number;
  readonly checked: number;
  readonly confirmed: number;
  /** Calls of DynamoDB, by operation; empty for a table in memory. */
  readonly tableCalls: Readonly<Record<string, number>>;
  /** DynamoDB's units, as the emulator reports them; 0 for a table in memory. */
  readonly readUnits: number;
  readonly writeUnits: number;
  /** The most memory that the process has had resident so far, bytes. */
  readonly largestMemory: number;
}
