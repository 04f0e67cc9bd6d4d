import { ASSUMPTIONS as A } from './assumptions.ts';
import { MONTH, PRICES } from './prices.ts';
import { type TickUsage, ticksPerMonth, tickUsage, usageOfAskingForAll } from './tick-usage.ts';

/** What other designs cost a month, in US dollars at list price. Only the parts that differ from the tracker. */
export interface Alternatives {
  /** The writes of a tracker that writes the status of every payment in every tick. */
  readonly everyStatusWritten: number;
  /** A tracker that asks for all pending payments in every tick: reads of the table, and requests to NocoDB. */
  readonly allAskedFor: number;
  /** The same parts of this tracker. */
  readonly sliceAskedFor: number;
  /** The Lambda calls and traffic of bots that ask NocoDB for each user separately, once per interval. */
  readonly perUserPolling: number;
  /** Requests to NocoDB a month: of those bots, and of the tracker. */
  readonly requests: { readonly perUserPolling: number; readonly tracker: number };
}

/** A call that asks NocoDB for one record and waits for the answer. */
const POLL = { milliseconds: 100, gb: 128 / 1024 } as const;

/**
 * What the alternatives cost with this interval and number of users.
 *
 * @param intervalSeconds whole seconds, 5 to 3600
 */
export function alternatives(intervalSeconds: number, users: number): Alternatives {
  const ticks = MONTH.seconds / intervalSeconds;
  const polls = ticks * users;
  const gbSeconds = (polls * POLL.milliseconds * POLL.gb) / 1000;
  const outboundGb = (polls * A.requestBytes) / 2 ** 30;
  const cost = ({ usd, per }: { readonly usd: number; readonly per: number }, units: number) =>
    (units * usd) / per;
  const asking = ({ readUnits, outboundBytes }: TickUsage) =>
    cost(PRICES.readUnits, ticks * readUnits) + cost(PRICES.outboundGb, (ticks * outboundBytes) / 2 ** 30);
  const tick = tickUsage(users, intervalSeconds);
  return {
    everyStatusWritten: cost(PRICES.writeUnits, polls),
    allAskedFor: asking(usageOfAskingForAll(users)),
    sliceAskedFor: asking(tick),
    perUserPolling:
      cost(PRICES.invocations, polls) +
      cost(PRICES.lambdaGbSeconds, gbSeconds) +
      cost(PRICES.outboundGb, outboundGb),
    requests: {
      perUserPolling: polls,
      tracker: users === 0 ? 0 : ticksPerMonth(users, intervalSeconds) * tick.requests,
    },
  };
}
