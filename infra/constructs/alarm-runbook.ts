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
      'Payments are pending, but for 3 intervals (at least 3 minutes) the tracker could not find out everything that was paid. Bots read old data; nothing is lost.',
    remedy:
      'See which other alarm is on: it names the cause. If no other alarm is on, read the newest ERROR line in the log of the tick function: it names the operation, the target and a hint. If the ticks succeed, the payments do not fit in one tick: run npx payment-tracker doctor. It says whether the table keeps when its records change, and whether NocoDB has bulk lists.',
  },
  SweepSlow: {
    meaning:
      'The pending payments do not fit in one tick, and the last complete sweep began more than an hour (and more than 200 intervals) ago. The tracker still finds records that change in NocoDB. It finds a record that SQL changes in the database, and a record without a time of its change, only when the sweep asks for it.',
    remedy:
      'Compare NocoDbLatency, Unanswered and Pending on the dashboard. If NocoDB is slow, make it faster: the tracker then asks for more record ids per request. Run npx payment-tracker doctor: with a NocoDB without bulk lists, upgrade NocoDB. If ticks fail, start with TickErrors.',
  },
  LoopStopped: {
    meaning:
      'The loop has not started for 3 minutes, although its rule starts it every minute. No ticks run. The alarm can go off once while the stack is deployed for the first time.',
    remedy:
      'Check that the rule of the stack is enabled (aws events enable-rule). Look for a message in the dead-letter queue: it says why EventBridge could not start the loop. Check the AWS Health Dashboard for your region.',
  },
  LoopFails: {
    meaning:
      'Executions of the loop fail repeatedly: a tick fails, a tick cannot be called, or the loop itself fails.',
    remedy:
      'If TickErrors or TickThrottled is on too, start there. Otherwise read the log group of the loop: it says which state failed and why, for example because the role of the loop lost a permission.',
  },
  TickErrors: {
    meaning: 'Ticks fail repeatedly. The next slot tries again and confirms what is paid.',
    remedy:
      'Read the newest ERROR line in the log of the tick function: it names the operation, the target and a hint. Run npx payment-tracker doctor: it checks the address, token, table and fields of NocoDB.',
  },
  TickThrottled: {
    meaning: 'Lambda refuses to run the tick function because the account has used up its concurrency.',
    remedy:
      'Find the function that uses it up (metric ConcurrentExecutions). Give that function a reserved concurrency, or ask AWS for a higher quota.',
  },
  TickSlow: {
    meaning:
      'Ticks take more than 80 % of the time limit of the tick function. A tick that needs more stops at the limit, and the next slot continues with the rest.',
    remedy:
      'Compare NocoDbLatency and Pending on the dashboard. If NocoDB is slow, make it faster. If very many payments were confirmed at once, wait until it passes. Otherwise lengthen the interval: the time limit grows with it.',
  },
  TokenRejected: {
    meaning: 'NocoDB rejects the API token (401): it was deleted, or it belongs to another NocoDB.',
    remedy:
      'Create a token in NocoDB and store it in the SSM parameter: aws ssm put-parameter --overwrite --type SecureString --name <parameter> --value <token>. The next tick uses it. No deployment is needed.',
  },
  SourceLooksWrong: {
    meaning:
      'An audit did not find more than half of the records that it asked for. NOCODB_TABLE_ID names another table, or the records were deleted or are being restored. The tracker made no payment missing, and still confirms what is paid.',
    remedy:
      'Compare NOCODB_TABLE_ID with the table that the bots write, and restore the records if they were deleted. If the records were deleted on purpose, untrack their payments. The next audit is 10 minutes later, and the alarm ends when an audit succeeds.',
  },
  RateLimited: {
    meaning:
      'NocoDB refused requests because there were too many (429), at least 3 times in 15 minutes. After each of them the tracker sends nothing for 30 s or longer.',
    remedy:
      'Find out who else uses the same NocoDB user: the tracker needs one request per tick, and about two when the pending payments do not fit in one. Give the tracker its own NocoDB user and token, or lengthen the interval.',
  },
  PagesCut: {
    meaning:
      'For half an hour NocoDB has put fewer records on a page than the tracker asked for. The tracker asks for the rest again, so it misses nothing, but it needs more requests.',
    remedy: 'Set DB_QUERY_LIMIT_MAX of the NocoDB server to 1000, its default.',
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
