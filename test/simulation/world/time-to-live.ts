import type { ItemKey } from '../../../lambda/table/document-table.ts';
import { LAYOUT } from '../../../lambda/table/layout.ts';
import type { SimulatedTable } from '../dynamo/simulated-table.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';

/** Lets DynamoDB delete items up to so many milliseconds after they expired, unless they were written anew. */
export function deleteExpired(
  time: VirtualTime,
  random: Random,
  table: SimulatedTable,
  longest: number,
): void {
  table.follow(({ before, after }) => {
    const expiresAt = after?.[LAYOUT.timeToLive];
    if (expiresAt === undefined || expiresAt === before?.[LAYOUT.timeToLive]) return;
    const key = after as unknown as ItemKey;
    const moment = Number(expiresAt) * 1000 + random.between(0, longest);
    time.at(moment, () => table.deleteExpired(key, time.now()));
  });
}
