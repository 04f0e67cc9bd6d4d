import { quantile } from '../../simulation/quantiles.ts';

/** One tick, from its log line. */
export interface LoggedTick {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly milliseconds: number;
  readonly succeeded: boolean;
}

/** The memory of the tick function at one moment. */
export interface MemorySample {
  readonly at: number;
  readonly bytes: number;
}

/** Whether something grows: the median of the first and of the last third of the time. */
export interface Growth {
  readonly first: number;
  readonly last: number;
}

/** The first part of the run, which does not count: code is compiled and caches fill. */
const WARM_UP = 0.1;

/** A larger factor counts as growth. Medians of this many samples vary less. */
const TOLERATED = 1.25;

/** Compares the first third with the last one, by the moments of the samples. */
export function growthOf(samples: readonly { readonly at: number; readonly value: number }[]): Growth {
  const begin = samples[0]?.at ?? 0;
  const length = (samples.at(-1)?.at ?? 0) - begin;
  const share = ({ at }: { at: number }) => (at - begin) / length;
  const median = (from: number, to: number) =>
    quantile(
      samples.filter((sample) => share(sample) >= from && share(sample) <= to).map(({ value }) => value),
      0.5,
    );
  const third = (1 - WARM_UP) / 3;
  return { first: median(WARM_UP, WARM_UP + third), last: median(1 - third, 1) };
}

/** How the payments of a soak ended. */
export interface Account {
  /** Records ticked as paid in NocoDB. */
  readonly ticked: number;
  /** Of these, those that `status` calls paid. */
  readonly readablePaid: number;
  /** Distinct payments that the log has as confirmed, and its lines about confirmations. */
  readonly announcedPayments: number;
  readonly announcements: number;
  /** `paymentsConfirmed` of `getStats()`. */
  readonly counted: number;
  /** Payments still pending according to the table, and according to the shop. */
  readonly pending: number;
  readonly expectedPending: number;
}

export interface SoakOutcome {
  readonly account: Account;
  readonly memory: Growth;
  readonly tickTime: Growth;
}

/** The faults that a soak found, in words. */
export function faultsOf({ account, memory, tickTime }: SoakOutcome): string[] {
  const { ticked, readablePaid, announcedPayments, announcements, counted, pending, expectedPending } =
    account;
  const faults = [
    readablePaid !== ticked && `${ticked} records were ticked, but ${readablePaid} payments are paid`,
    announcedPayments !== ticked && `${ticked} records were ticked, but ${announcedPayments} were announced`,
    announcements !== announcedPayments &&
      `${announcedPayments} payments were announced ${announcements} times`,
    counted !== ticked && `${ticked} records were ticked, but getStats() counts ${counted}`,
    pending !== expectedPending && `${expectedPending} payments should be pending, but ${pending} are`,
    grew(memory) && `memory grew from ${memory.first} to ${memory.last} bytes`,
    grew(tickTime) && `a tick's time grew from ${tickTime.first} to ${tickTime.last} ms`,
  ];
  return faults.filter((fault) => fault !== false);
}

/** No samples are no proof: `NaN` counts as growth. */
function grew({ first, last }: Growth): boolean {
  return !(last <= first * TOLERATED);
}
