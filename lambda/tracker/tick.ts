import { type CheckDependencies, checkPayments, NOTHING_DONE, type PaymentCheck } from './check-payments.ts';
import {
  dataAge,
  forgetOtherSource,
  type Gate,
  type GateAnswer,
  RESTING_AFTER,
  type TickReport,
} from './control-state.ts';
import { errorKind, RateLimitedError } from './errors.ts';
import { nextAllowedAfter, nextSlot, timeLimits } from './interval.ts';

/** What a tick needs. */
export interface TickDependencies extends CheckDependencies {
  readonly settings: TickSettings;
  readonly gate: Gate;
  /** A name for the holder of the gate that no other tick has. */
  newOwner(): string;
}

export type TickSettings = CheckDependencies['settings'] & {
  /**
   * Names the table and the fields that are asked. When it changes, what was learned about the one before is forgotten.
   *
   * @default - the source never changes
   */
  readonly source?: string;
};

export type TickResult =
  | { readonly outcome: 'skipped'; readonly reason: 'held' | 'blocked'; readonly until: number }
  | {
      readonly outcome: 'done';
      readonly checked: number;
      readonly confirmed: number;
      readonly pending: number;
      /** Nothing has been pending for a while: there is no need to tick until something is tracked. */
      readonly resting: boolean;
    };

/**
 * One tick: takes the gate, checks the pending payments, gives the gate back.
 *
 * It may be called at any time and any number of times at once: the gate lets one tick through in a slot, and every write
 * about a payment is conditional.
 *
 * @throws {TrackerError} what NocoDB or the table did; what was learned before it is written, and the next tick
 *   repeats the rest
 */
export async function tick(dependencies: TickDependencies): Promise<TickResult> {
  const { clock, observe } = dependencies;
  const now = clock.now();
  let outcome: GateOutcome;
  try {
    outcome = await checkThroughGate(dependencies, now);
  } catch (error) {
    const told = { ...NOTHING_DONE, audit: false, milliseconds: clock.now() - now };
    observe({ type: 'tick.failed', ...told, kind: errorKind(error), error });
    throw error;
  }
  return outcome.granted ? conclude(outcome, dependencies) : skip(outcome, dependencies, now);
}

/** A tick that the gate let through and that gave it back, or one that it refused. */
type GateOutcome = GrantedTick | Extract<GateAnswer, { granted: false }>;

interface GrantedTick {
  readonly granted: true;
  readonly check: PaymentCheck;
  readonly report: TickReport;
  readonly emptyTicksBefore: number;
}

async function checkThroughGate(dependencies: TickDependencies, now: number): Promise<GateOutcome> {
  const { settings, gate, observe } = dependencies;
  const owner = dependencies.newOwner();
  const lease = timeLimits(settings.intervalSeconds).leaseMilliseconds;
  const answer = await gate.acquire({ owner, now, lease });
  if (!answer.granted) return answer;
  if (answer.passedOver !== undefined) observe({ type: 'gate.passedOver', ...answer.passedOver });
  const control = forgetOtherSource(answer.control, settings.source, now);
  const check = await checkPayments(dependencies, control, now);
  const report = reportOf(check, { owner, now, settings });
  try {
    if (check.error instanceof RateLimitedError) await gate.block(check.error.retryAt);
    if (!(await gate.finish(report))) observe({ type: 'tick.leaseLost', owner });
  } catch (error) {
    if (check.error !== undefined) tellFailure(check, now, dependencies);
    throw error;
  }
  return { granted: true, check, report, emptyTicksBefore: control.emptyTicks };
}

function skip(
  refusal: Extract<GateOutcome, { granted: false }>,
  { observe }: TickDependencies,
  now: number,
): TickResult {
  const { reason, until } = refusal;
  observe({ type: 'tick.skipped', reason, until, ...dataAge(refusal, now) });
  return { outcome: 'skipped', reason, until };
}

function reportOf(
  check: PaymentCheck,
  { owner, now, settings }: { owner: string; now: number; settings: TickSettings },
): TickReport {
  const { summary, requests, memory, watched, freshSince, error } = check;
  const { intervalSeconds, source } = settings;
  const failed = error !== undefined;
  return {
    owner,
    now,
    intervalSeconds,
    ...(source !== undefined && { source }),
    ...(watched !== undefined && { watched }),
    memory,
    nextAllowedAt: nextAllowedAfter(now, intervalSeconds),
    pending: summary.pending,
    usersUpdated: summary.usersUpdated,
    counters: {
      ...requests,
      updates: failed ? 0 : 1,
      failures: failed ? 1 : 0,
      confirmed: summary.confirmed,
    },
    ...(freshSince !== undefined && { lastSuccessAt: freshSince }),
    ...(failed && {
      error: { kind: errorKind(error), message: error instanceof Error ? error.message : String(error) },
    }),
    // Whoever holds payments goes on ticking, so that they are confirmed as soon as people agree.
    empty: !failed && summary.checked === 0 && summary.held === 0,
  };
}

/** Tells how the check ended, to the observer and to the caller. */
function conclude(
  { check, report, emptyTicksBefore }: GrantedTick,
  dependencies: TickDependencies,
): TickResult {
  const { summary, error } = check;
  const { now, intervalSeconds, empty } = report;
  if (error !== undefined) {
    tellFailure(check, now, dependencies);
    throw error;
  }
  const { clock, observe } = dependencies;
  const told = { ...summary, milliseconds: clock.now() - now };
  const resting = empty && emptyTicksBefore + 1 >= RESTING_AFTER;
  observe({ type: 'tick.finished', ...told, nextUpdateAt: nextSlot(clock.now(), intervalSeconds), resting });
  const { checked, confirmed, pending } = summary;
  return { outcome: 'done', checked, confirmed, pending, resting };
}

function tellFailure(
  { summary, error }: PaymentCheck,
  now: number,
  { clock, observe }: TickDependencies,
): void {
  const told = { ...summary, milliseconds: clock.now() - now };
  const penalty = error instanceof RateLimitedError ? { blockedUntil: error.retryAt } : {};
  observe({ type: 'tick.failed', ...told, kind: errorKind(error), error, ...penalty });
}
