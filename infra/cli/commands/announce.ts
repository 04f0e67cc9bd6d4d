import { Command } from 'commander';
import { MAX_EVENTS_IN_CALL } from '../../../lambda/notify/event-bus.ts';
import { type ConfirmedPayment, paymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';
import { parseRecordId, parseUserId } from '../../../lambda/tracker/payment.ts';
import type { Announcements } from '../aws/announcements.ts';
import { awsFault } from '../aws/aws.ts';
import { CommandError, EXIT_CODE, UsageError } from '../console/errors.ts';
import { createProgressBar, plural, print } from '../console/terminal.ts';
import type { CommandContext, ToAction } from './context.ts';

interface AnnounceOptions {
  readonly since?: string;
  readonly table?: string;
}

/** `announce USER RECORD` and `announce --since TIME` */
export function announceCommand(toAction: ToAction): Command {
  return new Command('announce')
    .summary('Repeat the events of paid payments, with the same idempotency keys.')
    .description(
      'It puts the event of each payment on the bus again. A subscriber that stores the idempotency key delivers nothing twice. It needs the outputs TableName, TrackerName and EventBusArn of the stack.',
    )
    .argument('[USER]', "The messenger's user id.")
    .argument('[RECORD]', 'Id of the NocoDB record.')
    .option('--since <TIME>', 'All payments confirmed since this time, in ISO 8601; without a zone, UTC.')
    .addHelpText('after', EXAMPLES)
    .action(
      toAction(
        async (context, user: string | undefined, record: string | undefined, options: AnnounceOptions) => {
          const select = selection(user, record, options);
          const announcements = await context.announcements();
          const announced = await announce(
            select(announcements, context.clock.now()),
            announcements,
            context,
          );
          print(context, { announced }, `📣 Announced ${plural(announced, 'confirmed payment')}`);
          return EXIT_CODE.done;
        },
      ),
    );
}

const EXAMPLES = `
Examples:
  payment-tracker announce 12345 42
  payment-tracker announce --since 2026-01-31
  payment-tracker announce --since 2026-01-31T12:00:00Z`;

type Select = (from: Announcements, now: number) => AsyncIterable<readonly ConfirmedPayment[]>;

/** @throws {UsageError} */
function selection(user: string | undefined, record: string | undefined, options: AnnounceOptions): Select {
  const { since, table } = options;
  if (table !== undefined) {
    // The name of the tracker and the bus have to be those of the table.
    throw new UsageError(
      'announce finds the table in the outputs of the stack: name it with --stack',
      'announce',
    );
  }
  if (since === undefined && user !== undefined && record !== undefined) {
    const payment = { userId: parseUserId(user), recordId: parseRecordId(record) };
    return async function* ({ payments }, now) {
      const paid = await payments.find(payment, now);
      if (paid !== undefined) return yield [paid];
      throw new CommandError(
        `The payment of user ${user} (record: ${record}) is not paid`,
        'Only paid payments have events. Run status to see its state.',
      );
    };
  }
  if (since !== undefined && user === undefined) {
    const time = parseTime(since);
    return ({ payments }, now) => payments.confirmedSince(time, now);
  }
  throw new UsageError('announce needs either USER and RECORD, or --since TIME', 'announce');
}

/** A date, or a date and a time. Date.parse also accepts much that is neither. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

function parseTime(text: string): number {
  const match = ISO_8601.exec(text);
  const time = Date.parse(match?.[1] === undefined && text.includes('T') ? `${text}Z` : text);
  if (match !== null && !Number.isNaN(time)) return time;
  throw new UsageError(`--since ${text} is not a time, as in 2026-01-31T12:00:00Z`, 'announce');
}

/** @returns how many events are on the bus */
async function announce(
  pages: AsyncIterable<readonly ConfirmedPayment[]>,
  { bus, trackerName }: Announcements,
  { err }: Pick<CommandContext, 'err'>,
): Promise<number> {
  const bar = createProgressBar(err, 'payments');
  let announced = 0;
  try {
    for await (const page of pages) {
      for (let start = 0; start < page.length; start += MAX_EVENTS_IN_CALL) {
        const some = page.slice(start, start + MAX_EVENTS_IN_CALL);
        const events = some.map((payment) => paymentConfirmed(payment, trackerName));
        const refused = await bus.put(events).catch((error: unknown) => {
          throw awsFault(`Put events on the bus (announced before: ${announced})`, error);
        });
        announced += events.length - refused.length;
        if (refused[0] !== undefined) throw refusal(refused[0].reason, announced);
        bar.show(announced, undefined);
      }
    }
  } finally {
    bar.clear();
  }
  return announced;
}

function refusal(reason: string, announced: number): CommandError {
  return new CommandError(
    `The bus refused events (${reason.replace(/\.$/, '')}); announced before: ${announced}`,
    'Run the command again: the events that are repeated have the same keys.',
  );
}
