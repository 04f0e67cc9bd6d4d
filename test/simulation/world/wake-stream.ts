import { DynamoControlItem } from '../../../lambda/table/control-item.ts';
import { wake } from '../../../lambda/tracker/wake.ts';
import type { Change, SimulatedTable } from '../dynamo/simulated-table.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Cloud } from './cloud.ts';

/** From a write to the function that follows the stream; milliseconds. */
const STREAM_LATENCY = [100, 600] as const;

const TIMEOUT_SECONDS = 10;
const MAX_ATTEMPTS = 4;
const RETRY_AFTER = 1_000;

/** Milliseconds from the wake function's request to the execution's start. */
const START_LATENCY = 40;

/** Lets the wake function follow the table, as the stack's event source does. */
export function followForWakeUp(
  time: VirtualTime,
  random: Random,
  table: SimulatedTable,
  cloud: Cloud,
  intervalSeconds: number,
): void {
  let isDue = false;
  table.follow((change) => {
    if (isDue || !becamePending(change)) return;
    isDue = true;
    time.spawn(async () => {
      await time.sleep(random.between(...STREAM_LATENCY));
      isDue = false;
      await deliver();
    });
  });

  const deliver = async () => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const result = await cloud.invoke(async (instance) => {
        const rest = new DynamoControlItem({ client: table.client(instance.io), tableName: 'simulated' });
        const start = async () => {
          await instance.wait(START_LATENCY);
          cloud.startLoop('wake-up');
        };
        await wake({ intervalSeconds, rest, loop: { start }, clock: instance.clock });
      }, TIMEOUT_SECONDS);
      if ('payload' in result) return;
      await time.sleep(RETRY_AFTER);
    }
  };
}

function becamePending({ before, after }: Change): boolean {
  return after?.status === 'pending' && before?.status !== 'pending';
}
