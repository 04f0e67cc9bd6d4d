import type { Alternatives } from './alternatives.ts';
import type { Bill, BillColumn } from './bill.ts';
import { PRICE_SOURCES, PRICES_OF } from './prices.ts';

/** Bills side by side, and the costs of the alternatives, as Markdown. */
export function costReport(intervalSeconds: number, columns: readonly BillColumn[]): string {
  return [
    `A month (30 days) at an interval of ${intervalSeconds} s in ${PRICES_OF.region}, prices of ${PRICES_OF.date}, in US dollars: list price → after AWS's always-free tier.`,
    billTable(columns),
    FREE_TIER,
    'Alternatives at list price, without the cost of starting them:',
    alternativesTable(columns),
    `Prices: ${Object.entries(PRICE_SOURCES)
      .map(([service, url]) => `[${service}](${url})`)
      .join(', ')}.`,
  ].join('\n\n');
}

const FREE_TIER =
  'The always-free tier does not end after a year, but the whole account shares it: ten alarms, ten custom metrics, three dashboards, 5 GB of logs. If other workloads already use it up, the tracker adds the list price. A dashboard (`PAYMENT_TRACKER_DASHBOARD=true`) adds $3 to it, traces (`PAYMENT_TRACKER_TRACING=true`) $0.22.';

function billTable(columns: readonly BillColumn[]): string {
  const services = [...new Set(columns.flatMap(({ bill }) => bill.lines.map(({ service }) => service)))];
  const rows = services.map((service) =>
    row(service, ...columns.map(({ bill }) => bothPrices(totalOf(bill, service)))),
  );
  return [
    row('', ...columns.map(({ users }) => (users === 0 ? 'nothing pending' : `${count(users)} users`))),
    row('---', ...columns.map(() => '---:')),
    ...rows,
    row('**Total**', ...columns.map(({ bill }) => `**${bothPrices(bill)}**`)),
  ].join('\n');
}

function alternativesTable(columns: readonly BillColumn[]): string {
  const busy = columns.filter(({ users }) => users > 0);
  const requests = (of: keyof Alternatives['requests']) =>
    busy.map(({ alternatives }) => count(alternatives.requests[of]));
  return [
    row('', ...busy.map(({ users }) => `${count(users)} users`)),
    row('---', ...busy.map(() => '---:')),
    row(
      'A tracker that writes every status in every tick: only the writes',
      ...busy.map(({ alternatives }) => dollars(alternatives.everyStatusWritten)),
    ),
    row(
      'A tracker that asks for all pending payments in every tick: only reads of the table and traffic',
      ...busy.map(({ alternatives }) => dollars(alternatives.allAskedFor)),
    ),
    row(
      'This tracker: only reads of the table and traffic',
      ...busy.map(({ alternatives }) => dollars(alternatives.sliceAskedFor)),
    ),
    row(
      'Bots that poll for each user: only Lambda and traffic',
      ...busy.map(({ alternatives }) => dollars(alternatives.perUserPolling)),
    ),
    row('Requests of these bots to NocoDB', ...requests('perUserPolling')),
    row('Requests of the tracker to NocoDB', ...requests('tracker')),
  ].join('\n');
}

function totalOf({ lines }: Bill, service: string): Pick<Bill, 'list' | 'afterFreeTier'> {
  const own = lines.filter((line) => line.service === service);
  return {
    list: own.reduce((sum, line) => sum + line.list, 0),
    afterFreeTier: own.reduce((sum, line) => sum + line.afterFreeTier, 0),
  };
}

function bothPrices({ list, afterFreeTier }: Pick<Bill, 'list' | 'afterFreeTier'>): string {
  return `${dollars(list)} → ${dollars(afterFreeTier)}`;
}

function dollars(amount: number): string {
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function count(amount: number): string {
  return Math.round(amount).toLocaleString('en-US');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
