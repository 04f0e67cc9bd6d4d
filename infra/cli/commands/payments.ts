import { Command } from 'commander';
import { formatAge, type StatusResult, type UntrackResult } from '../../../lambda/client/index.ts';
import { EXIT_CODE } from '../console/errors.ts';
import { colour, print, type Terminal } from '../console/terminal.ts';
import type { ToAction } from './context.ts';

const USER_HELP = "The messenger's user id.";
const OPTIONAL_RECORD_HELP = "Id of the NocoDB record (default: that of the user's latest payment).";

/** `status USER [RECORD]` */
export function statusCommand(toAction: ToAction): Command {
  return new Command('status')
    .summary('Show the state of a payment, and how fresh the data is.')
    .argument('<USER>', USER_HELP)
    .argument('[RECORD]', OPTIONAL_RECORD_HELP)
    .addHelpText('after', STATUS_EXAMPLES)
    .action(
      toAction(async (context, user: string, record: string | undefined) => {
        const payments = await context.payments();
        const status = await payments.status(user, record);
        print(context, { userId: user, ...status }, describeStatus(status, user, context.out));
        return EXIT_CODE.done;
      }),
    );
}

const STATUS_EXAMPLES = `
Examples:
  payment-tracker status 12345
  payment-tracker status 12345 42 --json`;

function describeStatus(status: StatusResult, user: string, terminal: Terminal): string {
  const { recordId, dataAgeSeconds: age } = status;
  const name = recordId === undefined ? `user ${user}` : `user ${user}, record ${recordId}`;
  const fresh = age === null ? 'no successful tick yet' : `updated ${formatAge(age)}`;
  return `${name}: ${describeState(status, terminal)} (${fresh})`;
}

function describeState(status: StatusResult, terminal: Terminal): string {
  const { state, paidAt, trackedAt, reason } = status;
  const since = status.givenUpAt === undefined ? '' : ` since ${status.givenUpAt.toISOString()}`;
  switch (state) {
    case 'paid':
      return colour(terminal, 'green', `paid at ${paidAt?.toISOString()}`);
    case 'pending':
      return colour(terminal, 'yellow', `pending, tracked at ${trackedAt?.toISOString()}`);
    case 'missing':
      return colour(
        terminal,
        'red',
        `missing${since}: NocoDB has no such record (any more); the tracker asks for it once an hour`,
      );
    case 'invalid':
      return colour(
        terminal,
        'red',
        `invalid${since}: NocoDB refuses the record id (${reason}); the tracker asks for it once an hour`,
      );
    case 'untracked':
      return 'not tracked';
  }
}

/** `track USER RECORD` */
export function trackCommand(toAction: ToAction): Command {
  return new Command('track')
    .summary('Track a payment until it is paid.')
    .description('It is safe to repeat: a pending payment is renewed, a paid one stays paid.')
    .argument('<USER>', USER_HELP)
    .argument('<RECORD>', 'Id of the NocoDB record.')
    .addHelpText('after', TRACK_EXAMPLES)
    .action(
      toAction(async (context, user: string, record: string) => {
        const payments = await context.payments();
        const result = await payments.track(user, record);
        const name = `user ${user} (record: ${record})`;
        print(
          context,
          { userId: user, recordId: record, ...result },
          result.status === 'paid'
            ? `✅ The payment of ${name} is paid already`
            : `📍 ${result.created ? 'Tracking' : 'Still tracking'} payment for ${name}`,
        );
        return EXIT_CODE.done;
      }),
    );
}

const TRACK_EXAMPLES = `
Examples:
  payment-tracker track 12345 42
  payment-tracker track -100987 42 --json`;

/** `untrack USER [RECORD]` */
export function untrackCommand(toAction: ToAction): Command {
  return new Command('untrack')
    .summary('Stop tracking a payment and delete it.')
    .description('A paid payment is kept until it expires, so that everybody who asks still sees it paid.')
    .argument('<USER>', USER_HELP)
    .argument('[RECORD]', OPTIONAL_RECORD_HELP)
    .addHelpText('after', UNTRACK_EXAMPLES)
    .action(
      toAction(async (context, user: string, record: string | undefined) => {
        const payments = await context.payments();
        const result = await payments.untrack(user, record);
        print(
          context,
          { userId: user, ...(record !== undefined && { recordId: record }), ...result },
          describeUntrack(result, record === undefined ? `user ${user}` : `user ${user} (record: ${record})`),
        );
        return EXIT_CODE.done;
      }),
    );
}

const UNTRACK_EXAMPLES = `
Examples:
  payment-tracker untrack 12345
  payment-tracker untrack 12345 42`;

function describeUntrack({ removed, status }: UntrackResult, name: string): string {
  if (status === 'paid') return `✅ The payment of ${name} is paid, and stays readable until it expires`;
  return removed ? `🔕 No longer tracking payment for ${name}` : `There was no payment of ${name} to untrack`;
}
