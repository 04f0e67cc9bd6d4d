/** What an alarm means, and what to do about it. */
export interface RunbookEntry {
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * The alarms by the end of their names. The same text stands in the alarm's description, which the notification shows,
 * and in the README's table.
 */
export const RUNBOOK = {
  DataStale: {
    meaning:
      'Payments are pending, and no tick has brought news of all of them for 3 intervals (at least 3 minutes). Bots read old data; nothing is lost.',
    remedy:
      'Look which other alarm rings: it names the cause. Otherwise read the newest ERROR line of the tick function: it names operation, target and way out. Only slow, with many payments and a NocoDB without bulk lists? Upgrade NocoDB, or lengthen the interval.',
  },
  LoopStopped: {
    meaning:
      'The loop has not been started for 3 minutes, though its rule starts it every minute: nothing ticks. It may ring once while the stack is deployed for the first time.',
    remedy:
      "Is the stack's rule enabled (aws events enable-rule)? Does a message in the dead-letter queue say why EventBridge could not start the loop? Is the region of AWS in trouble?",
  },
  LoopFails: {
    meaning:
      'Executions of the loop fail time and again: a tick failed, could not be called, or the loop itself did.',
    remedy:
      "If TickErrors or TickThrottled rings too, start there. Otherwise the loop's log group says which state failed and why, for example a right that its role lost.",
  },
  TickErrors: {
    meaning: 'Ticks fail time and again. The next slot tries again; what is paid is confirmed then.',
    remedy:
      'Read the newest ERROR line of the tick function: it names the operation, its target and the way out. npx payment-tracker doctor checks URL, token, table and fields of NocoDB.',
  },
  TickThrottled: {
    meaning: 'Lambda refuses to run the tick function: the concurrency of the account is used up.',
    remedy:
      'Find the function that uses it up (metric ConcurrentExecutions), give it a reserved concurrency, or ask AWS for a higher quota.',
  },
  TickSlow: {
    meaning:
      'Ticks take more than 80 % of the time that the tick function has; one that needs more is cut off and goes on with the rest in the next slot.',
    remedy:
      'Compare NocoDbLatency and Pending on the dashboard. NocoDB slow: help it. Very many confirmations at once: it passes. Otherwise lengthen the interval: the time limit grows with it.',
  },
  TokenRejected: {
    meaning: 'NocoDB does not accept the API token (401): it was deleted, or belongs to another NocoDB.',
    remedy:
      'Create a token in NocoDB and put it into the SSM parameter: aws ssm put-parameter --overwrite --type SecureString --name <parameter> --value <token>. The next tick uses it; no deployment is needed.',
  },
  RateLimited: {
    meaning:
      'NocoDB refused requests as too many (429), at least 3 times in 15 minutes. Each time nothing is asked for 30 s or longer.',
    remedy:
      'See who else uses the same NocoDB user: the tracker needs one request a tick. Give it a user and token of its own, or lengthen the interval.',
  },
  PagesCut: {
    meaning:
      'For half an hour NocoDB has put fewer records on a page than asked for. The rest was asked for again, so nothing is missed, but it costs requests.',
    remedy: 'Raise DB_QUERY_LIMIT_MAX of the NocoDB server to 1000, its default.',
  },
  OwnerMismatch: {
    meaning:
      'A record is paid whose owner is not the user who waits for it. Nobody was confirmed by it: a bot tracks a wrong record, or a record id was used again.',
    remedy:
      'The ERROR lines of the tick function name user, record and owner. Correct the record or what the bot tracks; untrack the payment if it is a mistake.',
  },
  WritesThrottled: {
    meaning:
      'DynamoDB throttles writes to the table or its index: more than its cap, or a burst faster than it scales. Ticks and bots repeat them.',
    remedy:
      'Is a bot tracking in an endless loop? If the load is meant, raise the caps of the table and its index; for over a thousand tracked payments a second, set shards too.',
  },
  ReadsThrottled: {
    meaning: 'DynamoDB throttles reads of the table: more than its cap, or a burst faster than it scales.',
    remedy:
      'As a rule a bot asks isPaid without a pause between: add one. If the load is meant, raise the cap of the table.',
  },
  DeadLetters: {
    meaning:
      'Something could not be delivered or processed although it was repeated: a start of the loop, a batch of changes for a function that follows the table, or a confirmed payment for a function that is told of them.',
    remedy:
      'Read the message (aws sqs receive-message): it names the function and the error, whose log tells more. Starts of the loop need no repair, the next one is under way. Delete the message when it is dealt with: the alarm rings until the queue is empty.',
  },
} as const satisfies Readonly<Record<string, RunbookEntry>>;

/** The end of an alarm's name; before it stand the tracker's name and a hyphen. */
export type AlarmId = keyof typeof RUNBOOK;

export const ALARM_IDS = Object.keys(RUNBOOK) as readonly AlarmId[];

/** The text that a notification of the alarm shows. */
export function alarmDescription(id: AlarmId): string {
  const { meaning, remedy } = RUNBOOK[id];
  return `${meaning} What to do: ${remedy}`;
}

/** The runbook as a Markdown table, for the README. */
export function runbookTable(): string {
  const rows = ALARM_IDS.map((id) => `| \`${id}\` | ${RUNBOOK[id].meaning} | ${RUNBOOK[id].remedy} |`);
  return ['| Alarm | What it means | What to do |', '|---|---|---|', ...rows].join('\n');
}
