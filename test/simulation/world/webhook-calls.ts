import { DynamoControlItem } from '../../../lambda/table/control-item.ts';
import { DynamoPendingPayments } from '../../../lambda/table/pending-payments.ts';
import { confirmReported } from '../../../lambda/tracker/confirm-reported.ts';
import { TrackerError } from '../../../lambda/tracker/errors.ts';
import type { Observer } from '../../../lambda/tracker/events.ts';
import type { SimulatedTable } from '../dynamo/simulated-table.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Cloud } from './cloud.ts';
import type { NocoDbServer } from './nocodb-server.ts';

/** From the edit to the function's start, milliseconds: measured 18 ms, and the way through the internet. */
const CALL_LATENCY = [20, 200] as const;

const TIMEOUT_SECONDS = 20;

/** Lets NocoDB call the webhook's function for each record that somebody ticks; some calls are lost. */
export function callWebhook(
  time: VirtualTime,
  random: Random,
  {
    table,
    server,
    cloud,
    observe,
  }: { table: SimulatedTable; server: NocoDbServer; cloud: Cloud; observe: Observer },
): void {
  server.records.onPaid = (recordId, owner) => {
    const { webhook } = server.profile;
    if (webhook === undefined || random.chance(webhook.lost)) return;
    time.spawn(async () => {
      await time.sleep(random.between(...CALL_LATENCY));
      await cloud.invoke(async (instance) => {
        const options = { client: table.client(instance.io), tableName: 'simulated' };
        const controlItem = new DynamoControlItem(options);
        const record = { recordId, paid: true, owner };
        await confirmReported([record], {
          table: { id: 'right', comparesOwners: true },
          watchedTables: controlItem,
          payments: new DynamoPendingPayments({ ...options, confirmedBy: 'webhook' }),
          reports: controlItem,
          clock: instance.clock,
          observe,
        }).catch((error: unknown) => {
          // NocoDB does not repeat the call; a tick confirms the payment.
          if (!(error instanceof TrackerError)) throw error;
        });
      }, TIMEOUT_SECONDS);
    });
  };
}
