/** A NocoDB under test, with one table of payments. */
export interface ContractTarget {
  readonly url: string;
  readonly token: string;
  /** The token of a user who has no right to the base. */
  readonly strangerToken: string;
  readonly baseId: string;
  readonly tableId: string;
  /** Ids of the table's columns, by title. */
  readonly columns: Readonly<Record<string, string>>;
  readonly database: 'sqlite' | 'postgres';
  /** Largest page. */
  readonly pageCap: number;
  stop(): Promise<void>;
}

/** Returns the target, which exists only while the tests run. */
export type TargetOf = () => ContractTarget;
