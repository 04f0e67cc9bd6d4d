/** Which NocoDB table holds the payments' records, and what in it means paid. */
export interface NocoDbSettings {
  /** Origin and, behind a reverse proxy, its base path; no trailing slash. */
  readonly apiUrl: string;
  /** The table's id (`m…`), not its title. */
  readonly tableId: string;
  /** The id of the table's base (`p…`), which API v3 needs. @default - API v2 tells it */
  readonly baseId?: string;
  /** The version of NocoDB's API; `auto`: v2 as long as NocoDB has it, then v3. @default 'auto' */
  readonly apiVersion: 'auto' | 'v2' | 'v3';
  /** Title or id (`c…`) of the field with the record id. @default 'Id' */
  readonly idField: string;
  /** Title or id of the field that says whether a record is paid. @default 'Paid' */
  readonly paidField: string;
  /** The paid field's texts that mean paid. @default - the paid field is a checkbox */
  readonly paidValues?: readonly string[];
  /** Title or id of the field with the user id of the record's owner. @default - owners are not compared */
  readonly ownerField?: string;
}

/** All settings of a tracker. */
export interface TrackerSettings {
  readonly nocodb: NocoDbSettings;
  /** Name of the SSM parameter (SecureString) that holds NocoDB's API token. */
  readonly tokenParameterName: string;
  /** Time between two ticks, whole seconds. */
  readonly intervalSeconds: number;
  /** Partitions of the index that pending payments are spread over after a tick has asked for them. */
  readonly shards: number;
  /** Whole days. */
  readonly retention: { readonly pendingDays: number; readonly paidDays: number };
}
