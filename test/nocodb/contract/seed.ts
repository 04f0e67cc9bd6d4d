import { call, recordsPath } from './call.ts';
import type { ContractTarget } from './target.ts';

/** NocoDB's limit for one insert. */
const MAX_RECORDS_IN_CALL = 100;

/** Creates records through the API. @returns their ids, in the order of the records */
export async function insert(
  target: ContractTarget,
  records: readonly Readonly<Record<string, unknown>>[],
): Promise<number[]> {
  const ids: number[] = [];
  for (let start = 0; start < records.length; start += MAX_RECORDS_IN_CALL) {
    const body = records.slice(start, start + MAX_RECORDS_IN_CALL);
    const reply = await call(target, 'POST', recordsPath(target), { body });
    if (reply.status !== 200) throw new Error(`insert: ${reply.status} ${reply.text.slice(0, 300)}`);
    ids.push(...reply.body.map(({ Id }: { Id: number }) => Id));
  }
  return ids;
}

/** Creates one record; columns that are not mentioned get their default. @returns its id */
export async function insertOne(
  target: ContractTarget,
  record: Readonly<Record<string, unknown>>,
): Promise<number> {
  const reply = await call(target, 'POST', recordsPath(target), { body: record });
  if (reply.status !== 200) throw new Error(`insert: ${reply.status} ${reply.text.slice(0, 300)}`);
  return reply.body.Id;
}

/** Changes one record through the API. */
export async function update(
  target: ContractTarget,
  id: number,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const reply = await call(target, 'PATCH', recordsPath(target), { body: { Id: id, ...values } });
  if (reply.status !== 200) throw new Error(`update: ${reply.status} ${reply.text.slice(0, 300)}`);
}

/** Deletes records through the API. */
export async function remove(target: ContractTarget, ids: readonly number[]): Promise<void> {
  const body = ids.map((Id) => ({ Id }));
  const reply = await call(target, 'DELETE', recordsPath(target), { body });
  if (reply.status !== 200) throw new Error(`delete: ${reply.status} ${reply.text.slice(0, 300)}`);
}
