import { type Alternatives, alternatives } from './alternatives.ts';
import { type Deployment, readDeployment, synthTemplate } from './deployment.ts';
import { PRICES, type PriceId, type Usage } from './prices.ts';
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

/** The bill of one number of users. */
export interface BillColumn {
  /** 0: nothing is pending. */
  readonly users: number;
  readonly bill: Bill;
  readonly alternatives: Alternatives;
}

/**
 * The bills of the stack as `cdk deploy` would deploy it.
 *
 * @param intervalSeconds whole seconds, 5 to 3600
 * @param users numbers of users, one for each bill; 0: nothing is pending
 */
export function monthlyCost(
  intervalSeconds: number,
  users: readonly number[],
): { readonly deployment: Deployment; readonly columns: readonly BillColumn[] } {
  const deployment = readDeployment(synthTemplate(intervalSeconds));
  const columns = users.map((count) => ({
    users: count,
    bill: billFor(monthlyUsage(deployment, count)),
    alternatives: alternatives(intervalSeconds, count),
  }));
  return { deployment, columns };
}
