/** Port: the NocoDB table that holds the payments' records. One call is one answered HTTP request (plus its retries). */
export interface RecordSource {
  /** Whether a query for these ids fits the URL budget of one GET. */
  fitsUrl(recordIds: readonly string[], want: RecordQuery['want']): boolean;

  /**
   * The first page of one query, through the documented GET.
   *
   * @throws {TrackerError} a subclass from `errors.ts`; never anything else
   */
  list(query: RecordQuery, context: RequestContext): Promise<RecordPage>;

  /**
   * The first page of each of several queries, all in one POST to `bulk/datalist`, in the order of the queries.
   *
   * @throws {BulkListUnsupportedError} when the server has no such endpoint
   * @throws {TrackerError} another subclass, as `list` does
   */
  listMany(queries: readonly RecordQuery[], context: RequestContext): Promise<readonly RecordPage[]>;

  /**
   * A page of the paid records that were changed or created since a moment, ordered by their ids.
   *
   * @throws {ChangesUnsupportedError} when the table does not keep when its records change
   * @throws {TrackerError} another subclass, as `list` does
   */
  listChanged(query: ChangeQuery, context: RequestContext): Promise<ChangePage>;

  /**
   * What people call the table. Absent where the API does not tell.
   *
   * @throws {TrackerError} a subclass, as `list` does
   */
  tableName?(context: RequestContext): Promise<TableName>;

  /** Takes over what earlier ticks remember. @default - the source learns nothing */
  recall?(facts: ServerFacts): void;
  /** What the source knows now. The next tick's process may be another. */
  facts?(): ServerFacts;
}

/** What a source learned about its server. The tracker only remembers it. */
export interface ServerFacts {
  /** When the server was seen to have API v3, and no v2; epoch milliseconds. */
  readonly withoutV2Since?: number | undefined;
  /** Id of the table's base. */
  readonly baseId?: string | undefined;
}

/** What people call a table. */
export interface TableName {
  readonly title: string;
  /** Id of its base. */
  readonly base?: string;
}

/** Which changes are asked for. */
export interface ChangeQuery {
  /** By the server's clock, epoch milliseconds. */
  readonly since: number;
  /** The page begins after this record id; absent: at the beginning. */
  readonly after?: string | undefined;
  /** The most records to return. The server may return fewer without an error. */
  readonly limit: number;
}

/** A page of changed records. */
export interface ChangePage extends RecordPage {
  /** The server's clock when it answered, epoch milliseconds; absent when it does not tell. */
  readonly serverTime?: number;
}

/** A query by record ids. */
export interface RecordQuery {
  /** Empty: no condition on the id (used to probe whether the query as such is accepted). */
  readonly recordIds: readonly string[];
  /** `paid`: only records the server takes for paid. `existing`: every record there is. */
  readonly want: 'paid' | 'existing';
  /** The most records to return. The server may return fewer without an error. */
  readonly limit: number;
}

/**
 * The first page of an answer. Absent ids are absent for certain only when `isLastPage`; what a server cut off is asked
 * for again by id, not by offset, since records move between pages while people work on them.
 */
export interface RecordPage {
  readonly records: readonly SourceRecord[];
  readonly isLastPage: boolean;
}

/** A record, as far as the tracker uses it. */
export interface SourceRecord {
  readonly recordId: string;
  /** What the record's own paid field says, whatever the server's filter thought. */
  readonly paid: boolean;
  /** The owner field as text; `null` when it is empty; absent when no owner field is configured. */
  readonly owner?: string | null;
}

/** The time limit of a request, and where it reports. */
export interface RequestContext {
  /** Epoch milliseconds after which the caller has no use for an answer. */
  readonly deadline: number;
  /** Called once before and once after every HTTP exchange, retries included. */
  report(event: ExchangeEvent): void;
}

/** An HTTP exchange with NocoDB, for logs and counters. Never carries the token. */
export type ExchangeEvent = ExchangeRequest | ExchangeResponse;

/** Ticks only read, with the first two; bots and the command line also write. */
export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface ExchangeRequest {
  readonly type: 'nocodb.request';
  readonly method: HttpMethod;
  /** Path of the endpoint, without the host. */
  readonly endpoint: string;
  /** The query or body, shortened for reading. */
  readonly params: string;
  /** How many record ids it asks for. */
  readonly recordIds: number;
}

export interface ExchangeResponse {
  readonly type: 'nocodb.response';
  readonly method: HttpMethod;
  readonly endpoint: string;
  readonly outcome: 'ok' | 'failed' | 'rateLimited';
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly milliseconds: number;
  /** Bytes of the body received. */
  readonly bytes: number;
  /** Records in the answer. */
  readonly records: number;
}
