import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoControlItem } from '../../../lambda/table/control-item.ts';
import { CONTROL_KEY } from '../../../lambda/table/layout.ts';
import type { SimulatedTable } from '../dynamo/simulated-table.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { NocoDbServer } from './nocodb-server.ts';

/** How often somebody looks whether payments are held. */
const LOOK_EVERY = 10 * 60_000;

/** Moments that a hand writes are years ahead. */
const FAR_AHEAD = 10 * 365 * 24 * 3_600_000;

/** The people who run the tracker: they break the gate, and accept the table when it is the right one. */
export function runOperator(
  time: VirtualTime,
  random: Random,
  table: SimulatedTable,
  server: NocoDbServer,
): void {
  const client = table.client(async (operate) => operate(1));
  const control = new DynamoControlItem({ client, tableName: 'simulated' });
  server.breakGate = () => {
    const name = random.pick(['nextAllowedAt', 'blockedUntil']);
    const command = new UpdateCommand({
      TableName: 'simulated',
      Key: CONTROL_KEY,
      UpdateExpression: `SET ${name} = :moment`,
      ExpressionAttributeValues: { ':moment': Math.floor(time.now()) + FAR_AHEAD },
    });
    time.spawn(async () => void (await client.send(command)));
  };
  if (server.profile.mishaps?.kind !== 'other-table') return;
  time.spawn(async () => {
    for (;;) {
      await time.sleep(LOOK_EVERY);
      const seen = await control.watched();
      if ((seen.held ?? 0) > 0 && server.mishap === undefined) await control.acceptTable(seen);
    }
  });
}
