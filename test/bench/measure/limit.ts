import { startDemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import type { NocoDbAddress } from '../nocodb/start.ts';
import { startTicker } from '../tick/start-ticker.ts';
import { pollOverInterval } from './compare-polling.ts';
import { repeat } from './sample.ts';

/** NocoDB's documented limit (https://docs.nocodb.com, "Rate limits"), which 0.301.3 itself does not enforce. */
const RATE_LIMIT = { requestsPerSecond: 5, blockSeconds: 30 };

const INTERVALS = 3;

/** Refused requests of polling for each user and of the tracker, in a minute under NocoDB's documented rate limit. */
export interface LimitMeasurement {
  readonly users: number;
  readonly polling: Limited;
  readonly tracker: Limited;
}

export interface Limited {
  readonly requests: number;
  /** Answered with 429. */
  readonly refused: number;
}

/** Polls for each user every 20 s, then ticks for them, on a demo NocoDB with the documented limit. */
export async function measureLimit(users: number, tickerBundle: string): Promise<LimitMeasurement> {
  const polling = await withLimitedNocoDb(users, async (nocodb, ids) => {
    const polls = (await repeat(INTERVALS, () => pollOverInterval(nocodb, ids))).flat();
    return { requests: polls.length, refused: polls.filter(({ answer }) => answer === 'refused').length };
  });
  const tracker = await withLimitedNocoDb(users, async (nocodb, recordIds) => {
    const table = { kind: 'memory', recordIds } as const;
    const ticker = await startTicker(tickerBundle, { nocodb, table, intervalSeconds: 20 });
    const ticks = await repeat(INTERVALS, () => ticker.tick());
    await ticker.stop();
    // A tick that is refused throws.
    return { requests: ticks.reduce((sum, { requests }) => sum + requests, 0), refused: 0 };
  });
  return { users, polling, tracker };
}

async function withLimitedNocoDb(
  users: number,
  use: (nocodb: NocoDbAddress, ids: readonly string[]) => Promise<Limited>,
): Promise<Limited> {
  const nocodb = await startDemoNocoDb({ rateLimit: RATE_LIMIT });
  const records = Array.from({ length: users }, (_, index) => ({ Title: `Order ${index}` }));
  const ids = nocodb.records.insertMany(records).map(String);
  try {
    return await use(
      { url: nocodb.url, token: nocodb.token, tableId: nocodb.tableId, baseId: nocodb.baseId },
      ids,
    );
  } finally {
    await nocodb.close();
  }
}
