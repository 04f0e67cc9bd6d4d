import type { RecordPage, SourceRecord } from '../tracker/record-source.ts';
import { ownerText } from './owner-value.ts';
import { meansPaid } from './paid-value.ts';
import { bulkAlias } from './query.ts';
import { asList, asObject, asRecordId, UnexpectedShapeError } from './transport/shape.ts';

/** The titles under which an answer holds the fields, and the values that mean paid. */
export interface RecordFormat {
  readonly id: string;
  readonly paid: string;
  readonly owner?: string | undefined;
  readonly paidValues?: readonly string[] | undefined;
}

/** A record without a field that was asked for: the field was renamed since its title was learned. */
export class FieldAbsentError extends UnexpectedShapeError {}

/**
 * Reads a page of records: `{ list: [{ Id, Paid }], pageInfo: { isLastPage } }`. A record whose id is `null` (possible
 * where the id field is not the table's key) is nobody's, and left out.
 *
 * @throws {UnexpectedShapeError}
 */
export function readPage(answer: unknown, format: RecordFormat): RecordPage {
  const { list, pageInfo } = asObject(answer, 'the answer');
  const records = readRecords(list, format);
  const { isLastPage } = asObject(pageInfo, 'pageInfo');
  if (typeof isLastPage !== 'boolean') {
    throw new UnexpectedShapeError('pageInfo does not say whether this is the last page');
  }
  return { records, isLastPage };
}

/**
 * Reads a list of records: `[{ Id, Paid }]`. One whose id is `null` is left out.
 *
 * @throws {UnexpectedShapeError}
 */
export function readRecords(list: unknown, format: RecordFormat): SourceRecord[] {
  const rows = asList(list, 'the list of records').map((row) => asObject(row, 'a record'));
  return rows.filter((row) => row[format.id] !== null).map((row) => readRecord(row, format));
}

/**
 * Reads the answer to a bulk list: a page under each query's alias.
 *
 * @param count how many queries it has to answer
 * @throws {UnexpectedShapeError} also when a query has no answer
 */
export function readBulkPages(answer: unknown, count: number, format: RecordFormat): RecordPage[] {
  const pages = asObject(answer, 'the answer');
  return Array.from({ length: count }, (_, index) => {
    const alias = bulkAlias(index);
    if (!Object.hasOwn(pages, alias)) {
      throw new UnexpectedShapeError(`query ${alias} of ${count} has no answer`);
    }
    return readPage(pages[alias], format);
  });
}

function readRecord(row: Record<string, unknown>, format: RecordFormat): SourceRecord {
  return {
    recordId: asRecordId(cell(row, format.id), `a record's ${format.id}`),
    paid: meansPaid(cell(row, format.paid), format.paidValues),
    ...(format.owner === undefined ? {} : { owner: ownerText(cell(row, format.owner)) }),
  };
}

function cell(row: Record<string, unknown>, title: string): unknown {
  if (!Object.hasOwn(row, title))
    throw new FieldAbsentError(`a record has no field ${JSON.stringify(title)}`);
  return row[title];
}
