/** What an alarm means, and what to do when it goes off. */
export interface RunbookEntry {
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * The runbook of each alarm, by the end of the alarm's name. The descriptions of the alarms, which notifications show,
 * and the table in infra/README.md have this text.
 */
export const RUNBOOK = {
  DataStale: {
    meaning:
      'Payments are pending, but for 3 intervals (at least 3 minutes) the tracker could not find out everything that was paid; or the last complete sweep began more than an hour (and more than 200 intervals, and more than three times as long as a sweep should take) ago, so that records that SQL changes in the database are found late. Bots read old data; nothing is lost.',
    remedy:
      'See which other alarm is on: it names the cause. If none is on, read the newest ERROR line in the log of the tick function. If the ticks succeed, the payments do not fit in one tick: run npx payment-tracker doctor. It says whether the table keeps when its records change, and whether NocoDB has bulk lists (if not, upgrade it). If NocoDB is slow, make it faster: the tracker then asks for more record ids per request.',
  },
  LoopStopped: {
    meaning:
      'The loop has not started for 5 minutes, although its rule starts it every minute. No ticks run. The alarm can go off once while the stack is deployed for the first time.',
    remedy:
      'Check that the rule of the stack is enabled (aws events enable-rule). Look for a message in the dead-letter queue: it says why EventBridge could not start the loop. If the ticks run nevertheless (npx payment-tracker stats), Step Functions publishes its metrics late. Check the AWS Health Dashboard for your region.',
  },
  LoopFails: {
    meaning:
      'Executions of the loop fail repeatedly: ticks fail, or Lambda cannot run them. The next slot tries again and confirms what is paid.',
    remedy:
      'If ActionNeeded is on, start there. Otherwise read the newest ERROR line in the log of the tick function: it names the operation, the target and a hint. If there is none, read the log group of the loop: Lambda.TooManyRequestsException means that the account has used up its concurrency (find the function with the metric ConcurrentExecutions, and reserve concurrency for it, or ask AWS for a higher quota); other errors name the permission that the loop lacks. If the tick function timed out, NocoDB is too slow for the interval: lengthen the interval.',
  },
  ActionNeeded: {
    meaning:
      'Something is wrong that only a person can mend: the API token, its access to the base, the address of NocoDB, its table, a field, or the records in it. Nothing is lost, and nothing is confirmed that is not paid.',
    remedy:
      'Read the newest ERROR line in the log of the tick function: error.kind says what is wrong, and the hint what to do. infra/README.md has a line for each kind. Run npx payment-tracker doctor: it checks the address, token, table and fields. The alarm ends 15 minutes after the last such error.',
  },
  RateLimited: {
    meaning:
      'NocoDB refused requests because there were too many (429), at least 3 times in 15 minutes. After each of them the tracker sends nothing for 30 s or longer.',
    remedy:
      'Find out who else uses the same NocoDB user: the tracker needs one request per tick, and about two when the pending payments do not fit in one. Give the tracker its own NocoDB user and token, or lengthen the interval.',
  },
  PaymentsGivenUp: {
    meaning:
      'Payments became missing (three audits in a row did not find their record) or invalid (NocoDB refuses their record id). The tracker asks for them only once an hour from now on. They become pending again when the record is there.',
    remedy:
      'The WARN lines in the log of the tick function name the users and the records. If records were deleted by mistake, restore them. If a bot tracks wrong ids, correct it. Untrack payments that nobody will pay.',
  },
  OwnerMismatch: {
    meaning:
      'A record is paid, but its owner is not the user who waits for it. The tracker did not confirm the payment. A bot tracks a wrong record, or NocoDB used a record id again.',
    remedy:
      'The ERROR lines in the log of the tick function name the user, the record and the owner. Correct the record, or what the bot tracks. If the payment is a mistake, untrack it.',
  },
  WritesThrottled: {
    meaning:
      'DynamoDB throttles writes to the table or its index: they exceed the cap, or they grow faster than the table scales. Ticks and bots retry them.',
    remedy:
      'Check whether a bot tracks payments in an endless loop. If the load is intended, raise the caps of the table and its index. Newly tracked payments are in one partition of the index, so import at most a thousand a second.',
  },
  ReadsThrottled: {
    meaning:
      'DynamoDB throttles reads of the table: they exceed the cap, or they grow faster than the table scales.',
    remedy:
      'Usually a bot calls isPaid in a loop without a pause: add one. If the load is intended, raise the cap of the table.',
  },
  IndexReadsThrottled: {
    meaning:
      'DynamoDB throttles reads of the index of pending payments: they exceed the cap, or they grow faster than the index scales. Ticks that cannot list what is pending fail, and LoopFails goes off too.',
    remedy:
      'Ticks read the index once per slot, within the cap. Usually a bot calls getStats in a loop without a pause: add one. If the load is intended, raise the cap of the index.',
  },
  DeadLetters: {
    meaning:
      'Something could not be delivered or processed, even after retries: a start of the loop, a batch of changes for a function that reads the stream of the table, or an event of a confirmed payment for a subscribed function.',
    remedy:
      'Read the message (aws sqs receive-message): it names the function and the error, and the log of that function says more. A failed start of the loop needs no repair: the next start follows. Delete the message when you have dealt with it: the alarm stays on until the queue is empty.',
  },
} as const satisfies Readonly<Record<string, RunbookEntry>>;

/** The end of an alarm's name, after the name of the tracker and a hyphen. */
export type AlarmId = keyof typeof RUNBOOK;

export const ALARM_IDS = Object.keys(RUNBOOK) as readonly AlarmId[];

/** The text that a notification of the alarm shows. */
export function alarmDescription(id: AlarmId): string {
  const { meaning, remedy } = RUNBOOK[id];
  return `${meaning} What to do: ${remedy}`;
}

/** The runbook as a Markdown table, for infra/README.md. */
export function runbookTable(): string {
  const rows = ALARM_IDS.map((id) => `| \`${id}\` | ${RUNBOOK[id].meaning} | ${RUNBOOK[id].remedy} |`);
  return ['| Alarm | What it means | What to do |', '|---|---|---|', ...rows].join('\n');
}
