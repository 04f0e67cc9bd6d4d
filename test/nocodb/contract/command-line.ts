import { describe, expect, it, vi } from 'vitest';
import { runChecks } from '../../../infra/cli/doctor/checks.ts';
import { nocoDbChecks } from '../../../infra/cli/doctor/nocodb-checks.ts';
import { unpaidRecords } from '../../../infra/cli/import/unpaid-records.ts';
import { type NocoDbAccessOptions, openNocoDb } from '../../../infra/cli/nocodb/nocodb-access.ts';
import { Webhooks } from '../../../infra/cli/nocodb/webhooks.ts';
import { startHttpServer, text } from '../../support/http-server.ts';
import { insert, insertOne, update } from './seed.ts';
import { type TargetOf, variablesOf } from './target.ts';

/** A clock that does not wait between requests: the servers of these tests have no rate limit. */
const clock = { now: () => Date.now(), async sleep() {} };

/** Tests the calls of the command line to NocoDB. @param isOld whether NocoDB is without API v3 */
export function describeCommandLine(targetOf: TargetOf, isOld = false): void {
  describe('the command line', () => {
    const open = (
      variables: Readonly<Record<string, string>> = {},
      options?: Pick<NocoDbAccessOptions, 'examine'>,
    ) => {
      const env = { ...variablesOf(targetOf()), NOCODB_API_TOKEN: targetOf().token, ...variables };
      return openNocoDb(env, { clock, random: Math.random, ...options });
    };
    const examine = (variables?: Readonly<Record<string, string>>) =>
      collect(runChecks(nocoDbChecks((options) => open(variables, options))));

    it('finds nothing wrong with right settings', async () => {
      const report = await examine({ NOCODB_OWNER_FIELD: 'TG ID' });

      const notes = report.filter(({ outcome }) => outcome !== 'ok').map(({ check }) => check);
      const { baseId, apiVersion } = targetOf();
      const said = {
        auto: isOld
          ? 'ticks use v2; the server has no v3'
          : `ticks use v2; the server has v3 too, where the base is ${baseId}`,
        v3: 'ticks use v3, as NOCODB_API_VERSION says',
      };
      expect(notes).toEqual(apiVersion === 'v3' ? ['Bulk lists'] : []);
      expect(report).toContainEqual({ check: 'API', outcome: 'ok', text: said[apiVersion] });
    });

    it('says what is wrong with others', async () => {
      const { token, tableId } = targetOf();
      const faultWith = async (variables: Readonly<Record<string, string>>) => {
        const fault = (await examine(variables)).find(({ outcome }) => outcome === 'fault');
        return [fault?.check, JSON.stringify(fault)];
      };

      const badToken = await faultWith({ NOCODB_API_TOKEN: 'no-such-token' });
      const badTable = await faultWith({ NOCODB_TABLE_ID: 'mzzzzzzzzzzzzzz' });
      const title = await faultWith({ NOCODB_TABLE_ID: 'My payments/paid?' });
      const badField = await faultWith({ NOCODB_PAID_FIELD: 'paid' });

      expect(badToken).toEqual(['Token', expect.not.stringContaining(token)]);
      expect(badTable).toEqual(['Table', expect.stringContaining(`Payments (${tableId})`)]);
      expect(title).toEqual(['Table', expect.stringContaining(`Payments (${tableId})`)]);
      expect(badField).toEqual(['Fields', expect.stringContaining('Paid')]);
    });

    it('imports the unpaid records page by page, and reports those without a user', async () => {
      const { pageCap } = targetOf();
      const unpaid = Array.from({ length: pageCap + 1 }, (_, index) => ({ 'TG ID': `user${index}` }));
      const ids = await insert(targetOf(), [{ 'TG ID': '1', Paid: true }, { Title: 'nobody' }, ...unpaid]);
      const after = String((ids[0] as number) - 1);

      const batches = await collect(unpaidRecords(open(), { userField: 'TG ID', after }));

      const rows = batches.flatMap((batch) => batch.rows);
      const bad = batches.flatMap((batch) => batch.bad);
      expect(rows.map(({ userId }) => userId)).toEqual(unpaid.map((record) => record['TG ID']));
      expect(rows.map(({ recordId }) => Number(recordId))).toEqual(ids.slice(2));
      expect(bad).toEqual([{ place: { record: String(ids[1]) }, reason: 'its field TG ID is empty' }]);
      expect(batches).toHaveLength(2);
    });

    it.skipIf(isOld)(
      'installs a webhook that tells of paid records with a secret, finds it again and removes it',
      async () => {
        const receiver = await startHttpServer(text(200, ''));
        const url = `${receiver.url}/webhook`;
        const webhooks = new Webhooks(open());
        const id = await insertOne(targetOf(), { Paid: false });

        const webhook = await webhooks.add({
          url,
          secret: 'open sesame',
          paidFieldId: targetOf().columns.Paid ?? '',
        });
        await update(targetOf(), id, { Title: 'not this' });
        await update(targetOf(), id, { Paid: true });
        await vi.waitFor(() => expect(receiver.requests).toHaveLength(1), 15_000);
        const listed = await webhooks.list();
        await webhooks.remove(webhook);
        const left = await webhooks.list();

        expect(Object.values(receiver.requests[0]?.headers ?? {})).toContain('open sesame');
        expect(receiver.requests[0]?.body).toMatchObject({ data: { rows: [{ Id: id }] } });
        expect(listed).toEqual([{ id: webhook.id, url }]);
        expect(left).toEqual([]);
      },
    );
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
