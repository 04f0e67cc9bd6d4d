import type { RecordPage } from '../tracker/record-source.ts';
import type { RecordFormat } from './read-response.ts';

/** A version of NocoDB's API: its paths and queries, and how its responses are read. */
export interface Dialect {
  readonly version: 'v2' | 'v3';
  /** Path of the records, below the API's address. */
  readonly recordsPath: string;
  /** The path below which tables and webhooks are described. */
  readonly metaPath: string;
  /** Path of the table's description. */
  readonly tablePath: string;
  /** Path of the bulk lists. @default - the API has none */
  readonly bulkListPath?: string;

  /** A title or value in the form in which `where` takes it. */
  quote(text: string): string;
  /** The query string of a list, encoded, without the question mark. */
  listQuery(list: ListQuery): string;
  /** @throws {UnexpectedShapeError} */
  readPage(json: unknown, format: RecordFormat): RecordPage;
  /** @throws {UnexpectedShapeError} */
  readTable(json: unknown): TableDescription;
  /** The body that creates a record with these values. */
  newRecord(values: Readonly<Record<string, unknown>>): unknown;
  /**
   * The id in the response to the creation of a record.
   *
   * @returns `undefined` when the id field is not the table's key and the response does not hold it
   * @throws {UnexpectedShapeError}
   */
  readNewId(json: unknown, idTitle: string): unknown;
}

/** A list of records. */
export interface ListQuery {
  /** @default - no condition */
  readonly where?: string;
  /** Titles or ids of the fields, separated by commas. */
  readonly fields: string;
  /** Title or id of the field by which the records are ordered, from the lowest value up. @default - the server's order */
  readonly sort?: string;
  readonly limit: number;
}

/** What the tracker uses of a table's description. */
export interface TableDescription {
  /** Absent when the description does not tell it. */
  readonly title?: string;
  /** `p…`; absent when the description does not tell it. */
  readonly baseId?: string;
  /** In v3, NocoDB's own fields are not among them, except for the key. */
  readonly fields: readonly TableField[];
  readonly version: Dialect['version'];
}

/** A field of a NocoDB table. */
export interface TableField {
  /** `c…`; it survives renaming. */
  readonly id: string;
  readonly title: string;
  /** NocoDB's type: `Checkbox`, `SingleSelect`, `ID`. */
  readonly type: string;
  readonly isPrimaryKey: boolean;
  /** NocoDB made it itself, and keeps its values. */
  readonly isSystem: boolean;
  /** Titles of a select field's options; absent for every other type. */
  readonly options?: readonly string[];
}
