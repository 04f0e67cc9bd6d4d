import { ASSUMPTIONS as A } from './assumptions.ts';
import { MONTH, PRICES } from './prices.ts';

/** What a month costs that is done in another way, US dollars at list price; only what differs. */
export interface Alternatives {
  /** A tracker that writes the status of every payment in every tick, news or not. */
  readonly everyStatusWritten: number;
  /** Bots that ask NocoDB for each user on its own, in the same interval: a Lambda call of 128 MB each time. */
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
  return {
    everyStatusWritten: cost(PRICES.writeUnits, polls),
    perUserPolling:
      cost(PRICES.invocations, polls) +
      cost(PRICES.lambdaGbSeconds, gbSeconds) +
      cost(PRICES.outboundGb, outboundGb),
    requests: { perUserPolling: polls, tracker: users === 0 ? 0 : ticks },
  };
}
