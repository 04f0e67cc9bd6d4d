import type { NocoDbAddress } from '../nocodb/start.ts';

/** What a ticker is to tick on. */
export interface TickerOptions {
  readonly nocodb: NocoDbAddress;
  readonly table: EmulatedTable | { readonly kind: 'memory'; readonly recordIds: readonly string[] };
  readonly intervalSeconds: number;
}

/** A payments table on an emulator of DynamoDB. */
export interface EmulatedTable {
  readonly kind: 'emulator';
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface TickOrder {
  /** Ask which records exist, instead of which are paid. */
  readonly audit: boolean;
}

/** What one tick took. */
export interface TickFigures {
  readonly milliseconds: number;
  /** Of these, to take the gate and to list what is pending. */
  readonly listMilliseconds: number;
  /** Of these, to wait for NocoDB's answers. */
  readonly requestMilliseconds: number;
  readonly requests: number;
  /** Of NocoDB's answers. */
  readonly bytes: number;
  readonly checked: number;
  readonly confirmed: number;
  /** Calls of DynamoDB, by operation; empty for a table in memory. */
  readonly tableCalls: Readonly<Record<string, number>>;
  /** The most memory that the process has had resident so far, bytes. */
  readonly largestMemory: number;
}
