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
  /** The version of the API that the tracker's own code uses: the setting `NOCODB_API_VERSION`. */
  readonly apiVersion: 'auto' | 'v3';
  stop(): Promise<void>;
}

/** The variables with which the tracker's own code reaches the target. */
export function variablesOf({ url, tableId, baseId, apiVersion }: ContractTarget) {
  const base = apiVersion === 'v3' ? { NOCODB_BASE_ID: baseId } : {};
  return { NOCODB_API_URL: url, NOCODB_TABLE_ID: tableId, NOCODB_API_VERSION: apiVersion, ...base };
}

/** Returns the target, which exists only while the tests run. */
export type TargetOf = () => ContractTarget;
