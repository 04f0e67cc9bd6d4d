import { describe, expect, it } from 'vitest';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import { createRecords } from '../../../lambda/nocodb/records.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { parseTrackerSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import { systemClock } from '../../../lambda/tracker/clock.ts';
import {
  AccessDeniedError,
  BulkListUnsupportedError,
  EndpointNotFoundError,
  FieldNotFoundError,
  InvalidQueryError,
  TableNotFoundError,
  TokenRejectedError,
  TrackerError,
} from '../../../lambda/tracker/errors.ts';
import type { RecordQuery, RequestContext } from '../../../lambda/tracker/record-source.ts';
import { insert } from './seed.ts';
import { type ContractTarget, type TargetOf, variablesOf } from './target.ts';

type Variables = Readonly<Record<string, string>>;

/** Creates the tracker's own record source for this NocoDB. */
export function openSource(
  target: ContractTarget,
  variables: Variables = {},
  token = target.token,
  clock = systemClock,
) {
  return createRecordSource(settingsOf(target, variables), { ...dependencies(token), clock });
}

function settingsOf(target: ContractTarget, variables: Variables) {
  return parseTrackerSettings({ ...variablesOf(target), ...variables }).nocodb;
}

function dependencies(token: string) {
  return { token: fixedToken(token), clock: systemClock, random: Math.random };
}

/** A context with enough time for any request. */
export function context(): RequestContext {
  return { deadline: Date.now() + 10_000, report() {} };
}

function query(
  ids: readonly (number | string)[],
  want: RecordQuery['want'] = 'paid',
  limit = 1000,
): RecordQuery {
  return { recordIds: ids.map(String), want, limit };
}

/** Tests that the record source does what its port says, on this NocoDB. @param isOld whether it is without API v3 */
export function describeAdapter(targetOf: TargetOf, isOld = false): void {
  const list = (wanted: RecordQuery, variables?: Variables) =>
    openSource(targetOf(), variables).list(wanted, context());

  describe('the record source', () => {
    it('tells the title and the base of the table', async () => {
      const name = await openSource(targetOf()).tableName?.(context());

      expect(name).toEqual({ title: expect.stringMatching(/./), base: targetOf().baseId });
    });

    it('lists those of the asked records that are paid', async () => {
      const ids = await insert(targetOf(), [{ Paid: true }, { Paid: false }, { Paid: null }, {}]);

      const page = await list(query([...ids, 2000000001]));

      expect(page).toEqual({ records: [{ recordId: String(ids[0]), paid: true }], isLastPage: true });
    });

    it('lists those of the asked records that exist, paid or not', async () => {
      const ids = await insert(targetOf(), [{ Paid: true }, { Paid: false }, { Paid: null }]);

      const page = await list(query([...ids, 2000000001], 'existing'));

      const paid = [true, false, false];
      expect(page.records).toEqual(ids.map((id, index) => ({ recordId: String(id), paid: paid[index] })));
      expect(page.isLastPage).toBe(true);
    });

    it('says that a page which the server cut is not the last', async () => {
      const { pageCap } = targetOf();
      await insert(
        targetOf(),
        Array.from({ length: pageCap + 1 }, () => ({ Paid: true })),
      );

      const page = await list(query([], 'paid', pageCap + 1));

      expect(page.records).toHaveLength(pageCap);
      expect(page.isLastPage).toBe(false);
    });

    it.skipIf(isOld)('has no bulk lists in v3', async () => {
      const ask = openSource({ ...targetOf(), apiVersion: 'v3' }).listMany([query([1])], context());

      await expect(ask).rejects.toThrow(BulkListUnsupportedError);
    });

    it('needs no base while there is API v2, which tells it', async () => {
      const [id = 0] = await insert(targetOf(), [{ Paid: true }]);

      const page = await list(query([id]), { NOCODB_BASE_ID: '' });

      expect(page).toEqual({ records: [{ recordId: String(id), paid: true }], isLastPage: true });
    });

    it('answers several queries at once, in their order', async () => {
      const ids = await insert(targetOf(), [{ Paid: true }, { Paid: true }, { Paid: false }]);

      const pages = await openSource({ ...targetOf(), apiVersion: 'auto' }).listMany(
        [query([ids[1] as number]), query([ids[2] as number]), query([ids[0] as number])],
        context(),
      );

      const found = pages.map(({ records }) => records.map(({ recordId }) => Number(recordId)));
      expect(found).toEqual([[ids[1]], [], [ids[0]]]);
    });

    it('gets as many ids through a URL as it says', async () => {
      const source = openSource(targetOf());
      const ids = Array.from({ length: 450 }, (_, index) => String(1_000_000 + index));
      expect(source.fitsUrl(ids, 'paid')).toBe(true);

      const page = await source.list(query(ids), context());

      expect(page).toEqual({ records: [], isLastPage: true });
    });

    it('shows the owner as text, from a text and from a number', async () => {
      const [id = 0] = await insert(targetOf(), [{ Paid: true, 'TG ID': '5123456789', Chat: 5123456789 }]);
      const [none = 0] = await insert(targetOf(), [{ Paid: true }]);

      for (const ownerField of ['TG ID', 'Chat']) {
        const { records } = await list(query([id, none]), { NOCODB_OWNER_FIELD: ownerField });
        expect(records.map(({ owner }) => owner)).toEqual(['5123456789', null]);
      }
    });

    it.skipIf(isOld)('finds fields by their ids, which survive renaming', async () => {
      const { columns } = targetOf();
      const [id = 0] = await insert(targetOf(), [{ Paid: true, 'TG ID': '7' }]);

      const page = await list(query([id]), {
        NOCODB_ID_FIELD: columns.Id ?? '',
        NOCODB_PAID_FIELD: columns.Paid ?? '',
        NOCODB_OWNER_FIELD: columns['TG ID'] ?? '',
      });

      expect(page.records).toEqual([{ recordId: String(id), paid: true, owner: '7' }]);
    });

    it('takes the values of a select or a text for paid, exactly', async () => {
      const selects = await insert(
        targetOf(),
        ['Paid', 'Pending', "it's (paid)", 'Succeeded'].map((Status) => ({ Status })),
      );
      const texts = await insert(
        targetOf(),
        ['Paid', 'paid', 'Paid ', "it's (paid)"].map((Title) => ({ Title })),
      );
      const idsOf = (page: { records: readonly { recordId: string }[] }) =>
        page.records.map(({ recordId }) => Number(recordId));
      const values = "Paid,it's (paid)";

      const select = await list(query(selects), { NOCODB_PAID_FIELD: 'Status', NOCODB_PAID_VALUES: values });
      const text = await list(query(texts), { NOCODB_PAID_FIELD: 'Title', NOCODB_PAID_VALUES: values });

      expect(idsOf(select)).toEqual([selects[0], selects[2]]);
      expect(idsOf(text)).toEqual([texts[0], texts[3]]);
    });

    it('has an error for each kind of refusal', async () => {
      const target = targetOf();
      const ask = (variables: Variables = {}, token?: string) =>
        openSource(target, variables, token).list(query([1]), context());

      await expect(ask({}, 'no-such-token')).rejects.toThrow(TokenRejectedError);
      await expect(ask({}, target.strangerToken)).rejects.toThrow(AccessDeniedError);
      await expect(ask({ NOCODB_TABLE_ID: 'mzzzzzzzzzzzzzz' })).rejects.toThrow(TableNotFoundError);
      await expect(ask({ NOCODB_PAID_FIELD: 'Nope' })).rejects.toThrow(FieldNotFoundError);
      await expect(ask({ NOCODB_OWNER_FIELD: 'Nope' })).rejects.toThrow(FieldNotFoundError);
      if (!isOld) await expect(ask({ NOCODB_PAID_VALUES: 'Paid' })).rejects.toThrow(FieldNotFoundError);
      await expect(ask({ NOCODB_API_URL: `${target.url}/nocodb` })).rejects.toThrow(EndpointNotFoundError);
    });

    it('refuses a poisonous id as an invalid query on PostgreSQL, and leaves it out on SQLite', async () => {
      const [id = 0] = await insert(targetOf(), [{ Paid: true }]);
      const target = targetOf();
      const source = openSource(target);
      const asks = (wanted: RecordQuery) => [
        () => source.list(wanted, context()),
        ...(target.apiVersion === 'v3' ? [] : [() => source.listMany([wanted], context())]),
      ];

      for (const ask of [...asks(query([id, 'rec_abc'])), ...asks(query([id, '99999999999']))]) {
        const answer = await ask().catch((error: unknown) => error);
        // PostgreSQL's reason may be lost, in some attempts or in all of them.
        const isRefused = answer instanceof InvalidQueryError || (answer as TrackerError).idMayBeBad;
        if (target.database === 'postgres') expect(isRefused).toBe(true);
        else expect(answer).not.toBeInstanceOf(TrackerError);
      }
    });
  });

  describe('the records', () => {
    it('are created for bots, and found by those who import the unpaid ones', async () => {
      const target = targetOf();
      const settings = settingsOf(target, { NOCODB_OWNER_FIELD: 'TG ID' });
      const records = createRecords(settings, dependencies(target.token));

      const recordId = await records.create({ Title: 'Order 17', 'TG ID': '12345' }, context());
      const page = await records.listUnpaid(String(Number(recordId) - 1), context());

      expect(page).toEqual({ records: [{ recordId, paid: false, owner: '12345' }], next: undefined });
    });
  });
}
