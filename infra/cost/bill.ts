import { ASSUMPTIONS as A } from './assumptions.ts';
import { type Deployment, readDeployment, synthTemplate } from './deployment.ts';
import type { Column } from './markdown.ts';
import { MONTH, PRICES, type PriceId, type Usage } from './prices.ts';
import { type TickUsage, tickUsage, usageOfAskingForAll } from './tick-usage.ts';
import { monthlyUsage } from './usage.ts';

/** A line of the bill. */
export interface BillLine {
  readonly service: string;
  readonly item: string;
  readonly quantity: number;
  /** US dollars a month: at list price, and after the always-free tier of an account that uses it for nothing else. */
  readonly list: number;
  readonly afterFreeTier: number;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly list: number;
  readonly afterFreeTier: number;
}

/** The bill for a month's usage. */
export function billFor(usage: Usage): Bill {
  const lines = (Object.keys(PRICES) as PriceId[]).map((id) => {
    const { service, item, usd, per, free } = PRICES[id];
    const quantity = usage[id];
    const cost = (units: number) => (units * usd) / per;
    return {
      service,
      item,
      quantity,
      list: cost(quantity),
      afterFreeTier: cost(Math.max(0, quantity - free)),
    };
  });
  return { lines, list: sum(lines, 'list'), afterFreeTier: sum(lines, 'afterFreeTier') };
}

function sum(lines: readonly BillLine[], column: 'list' | 'afterFreeTier'): number {
  return lines.reduce((total, line) => total + line[column], 0);
}

/**
 * The bills of the stack as `cdk deploy` would deploy it.
 *
 * @param intervalSeconds whole seconds, 5 to 300
 * @param users numbers of users, one for each bill; 0: nothing is pending
 */
export function monthlyCost(
  intervalSeconds: number,
  users: readonly number[],
): { readonly deployment: Deployment; readonly columns: readonly Column[] } {
  const deployment = readDeployment(synthTemplate(intervalSeconds));
  const columns = users.map((count) => ({
    users: count,
    bill: billFor(monthlyUsage(deployment, count)),
    alternatives: alternatives(intervalSeconds, count),
  }));
  return { deployment, columns };
}

/** A month of other designs, US dollars at list price; only the parts that differ. */
export interface Alternatives {
  /** A tracker that writes the status of every payment in every tick, news or not. */
  readonly everyStatusWritten: number;
  /** A tracker that asks for all pending payments in every tick: reads of the table, and requests to NocoDB. */
  readonly allAskedFor: number;
  /** The same parts of this tracker. */
  readonly sliceAskedFor: number;
  /** Bots that ask NocoDB for each user alone, in the same interval: a Lambda call of 128 MB each time. */
  readonly perUserPolling: number;
  /** Requests to NocoDB a month: of those bots, and of the tracker. */
  readonly requests: { readonly perUserPolling: number; readonly tracker: number };
}

/** A call that asks NocoDB for one record and waits for the answer. */
const POLL = { milliseconds: 100, gb: 128 / 1024 } as const;

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
    requests: { perUserPolling: polls, tracker: users === 0 ? 0 : ticks * tick.requests },
  };
}
