import { PRICES, type PriceId, type Usage } from './prices.ts';

/** A line of the bill. */
export interface BillLine {
  readonly service: string;
  readonly item: string;
  readonly quantity: number;
  /** US dollars a month: at list price, and what is left of it by the always-free tier of an account that uses it for nothing else. */
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
