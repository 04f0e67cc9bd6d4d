import { type Alternatives, alternatives } from './alternatives.ts';
import { type Deployment, readDeployment, synthTemplate } from './deployment.ts';
import { PRICES, type PriceId, type Usage } from './prices.ts';
import { monthlyUsage } from './usage.ts';

/** What a month of the tracker costs, in US dollars. */
export interface Bill {
  readonly lines: readonly BillLine[];
  /** At list price. */
  readonly list: number;
  /** After the always-free tier, in an account that uses the tier for nothing else. */
  readonly afterFreeTier: number;
}

export interface BillLine {
  readonly service: string;
  readonly item: string;
  /** Units a month. */
  readonly quantity: number;
  /** US dollars a month, as in {@link Bill}. */
  readonly list: number;
  readonly afterFreeTier: number;
}

/** The bill for one number of users. */
export interface BillColumn {
  /** 0: nothing is pending. */
  readonly users: number;
  readonly bill: Bill;
  readonly alternatives: Alternatives;
}

/**
 * The bills of the stack that `cdk deploy` deploys.
 *
 * @param intervalSeconds whole seconds, 5 to 300
 * @param users numbers of users, one for each bill; 0: nothing is pending
 * @throws {SettingsError} if the interval is out of range
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

/** The bill for the usage of a month. */
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
