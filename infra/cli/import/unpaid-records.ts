import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';
import { BatchBuilder, type ImportBatch } from './read-file.ts';

/**
 * The unpaid records of the NocoDB table as payments of the users in one of its fields, page by page.
 *
 * @param userField title or id of the field with the user id
 * @param after record id to go on after
 * @throws {TrackerError} what NocoDB refuses
 */
export async function* unpaidRecords(
  nocodb: NocoDbAccess,
  { userField, after: from }: { readonly userField: string; readonly after: string | undefined },
): AsyncIterable<ImportBatch> {
  const records = nocodb.records(userField);
  let after = from;
  do {
    await nocodb.turn();
    const page = await records.listUnpaid(after, nocodb.context());
    const batch = new BatchBuilder();
    for (const { recordId, owner } of page.records) {
      const place = { record: recordId };
      if (owner === null) batch.refuse(place, `its field ${userField} is empty`);
      else batch.add(place, owner, recordId);
    }
    yield batch.build();
    after = page.next;
  } while (after !== undefined);
}
