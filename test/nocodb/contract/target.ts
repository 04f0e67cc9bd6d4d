/** A NocoDB that the contract is checked on: with one table of payments, and nothing else that matters. */
export interface ContractTarget {
  readonly url: string;
  readonly token: string;
  /** The token of a user without a right to the base. */
  readonly strangerToken: string;
  readonly baseId: string;
  readonly tableId: string;
  /** Ids of the table's columns, by title. */
  readonly columns: Readonly<Record<string, string>>;
  readonly database: 'sqlite' | 'postgres';
  /** The most records in a page. */
  readonly pageCap: number;
  stop(): Promise<void>;
}

/** Where a part of the contract finds the target; there is none before the tests run. */
export type TargetOf = () => ContractTarget;
