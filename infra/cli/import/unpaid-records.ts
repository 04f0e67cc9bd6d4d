import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';
import { BatchBuilder, type ImportBatch } from './rows.ts';

/**
 * Reads the unpaid records of the NocoDB table as payments, page by page.
 *
 * @param userField title or id of the field with the user id
 * @param after records up to this id are left out
 * @throws {TrackerError} when NocoDB refuses a request or does not answer
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
