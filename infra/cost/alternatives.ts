import { ASSUMPTIONS as A } from './assumptions.ts';
import { MONTH, PRICES } from './prices.ts';

/** What other designs cost a month, in US dollars at list price. Only the parts that differ from the tracker. */
export interface Alternatives {
  /** The writes of a tracker that writes the status of every payment in every tick. */
  readonly everyStatusWritten: number;
  /** The Lambda calls and traffic of bots that ask NocoDB for each user separately, once per interval. */
  readonly perUserPolling: number;
  /** Requests to NocoDB a month, by these bots and by the tracker. */
  readonly requests: { readonly perUserPolling: number; readonly tracker: number };
}

/** One Lambda call of 128 MB that asks NocoDB for one record and waits for the response. */
const POLL = { milliseconds: 100, gb: 128 / 1024 } as const;

/**
 * What the alternatives cost with this interval and number of users.
 *
 * @param intervalSeconds whole seconds, 5 to 300
 */
export function alternatives(intervalSeconds: number, users: number): Alternatives {
  const ticks = MONTH.seconds / intervalSeconds;
  const polls = ticks * users;
  const gbSeconds = (polls * POLL.milliseconds * POLL.gb) / 1000;
  const outboundGb = (polls * A.requestBytes) / 2 ** 30;
  const cost = ({ usd, per }: { readonly usd: number; readonly per: number }, units: number) =>
    (units * usd) / per;
  return {
    everyStatusWritten: cost(PRICES.writeUnits, polls),
    perUserPolling:
      cost(PRICES.invocations, polls) +
      cost(PRICES.lambdaGbSeconds, gbSeconds) +
      cost(PRICES.outboundGb, outboundGb),
    requests: { perUserPolling: polls, tracker: users === 0 ? 0 : ticks },
  };
}
