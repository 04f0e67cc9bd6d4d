import type { DeployedTracker } from '../../../infra/local/deployment/deploy-tracker.ts';
import { functionLogGroups, logReader } from '../../../infra/local/log/function-logs.ts';
import type { LoggedTick } from './judge.ts';

/** Ticks and confirmations from the logs of the Lambda functions. */
export interface TickLog {
  readonly ticks: readonly LoggedTick[];
  /** `userId recordId` of each confirmation, as often as it was logged. */
  readonly confirmations: readonly string[];
  /** The number of failed ticks by kind of error. */
  readonly failures: Readonly<Record<string, number>>;
  /** Reads the lines that were logged since the last call. */
  read(): Promise<void>;
}

/** Each call also reads lines that are this much older, because lines may appear late; milliseconds. */
const OVERLAP = 20_000;

export async function openTickLog({ aws, stackName }: DeployedTracker): Promise<TickLog> {
  const read = logReader(aws, await functionLogGroups(aws, stackName));
  const seen = new Set<string>();
  const ticks: LoggedTick[] = [];
  const confirmations: string[] = [];
  const failures: Record<string, number> = {};
  let since = Date.now();

  function take(at: number, { type, ...fields }: LoggedEvent): void {
    if (type === 'payment.confirmed')
      confirmations.push(`${fields.payment?.userId} ${fields.payment?.recordId}`);
    if (type !== 'tick.finished' && type !== 'tick.failed') return;
    ticks.push({ at, milliseconds: fields.milliseconds ?? Number.NaN, succeeded: type === 'tick.finished' });
    if (fields.kind !== undefined) failures[fields.kind] = (failures[fields.kind] ?? 0) + 1;
  }

  return {
    ticks,
    confirmations,
    failures,
    async read() {
      const from = since - OVERLAP;
      since = Date.now();
      for (const { timestamp = 0, message = '' } of await read(from)) {
        const event = parse(message);
        // Each line has its time and the id of its invocation, so no two lines are the same.
        if (event === undefined || seen.has(message)) continue;
        seen.add(message);
        take(timestamp, event);
      }
    },
  };
}

/** The fields of an event's log line that are used here. */
interface LoggedEvent {
  readonly type: string;
  readonly milliseconds?: number;
  readonly kind?: string;
  readonly payment?: { readonly userId: string; readonly recordId: string };
}

/** The event of a line; `undefined` for a line of the Lambda runtime. */
function parse(message: string): LoggedEvent | undefined {
  if (!message.startsWith('{')) return undefined;
  const fields = JSON.parse(message) as Partial<LoggedEvent>;
  return typeof fields.type === 'string' ? (fields as LoggedEvent) : undefined;
}
