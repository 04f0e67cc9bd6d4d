import { formatAge, type StatusResult, type UntrackResult } from '../../../lambda/client/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT_CODE } from '../errors.ts';
import { colour, print, type Terminal } from '../terminal.ts';

/** `status USER [RECORD]` */
export const statusCommand = defineCommand({
  name: 'status',
  summary: 'Tell what is known about a payment, and how fresh that is.',
  arguments: {
    user: { help: "The messenger's user id." },
    record: { help: "Id of the NocoDB record; the user's latest payment without it.", optional: true },
  },
  options: {},
  examples: ['status 12345', 'status 12345 42 --json'],
  async run({ arguments: { user, record } }, context) {
    const payments = await context.payments();
    const status = await payments.status(user, record);
    print(context, { userId: user, ...status }, describe(status, user, context.out));
    return EXIT_CODE.done;
  },
});

function describe(status: StatusResult, user: string, terminal: Terminal): string {
  const { recordId, dataAgeSeconds: age } = status;
  const name = recordId === undefined ? `user ${user}` : `user ${user}, record ${recordId}`;
  const fresh = age === null ? 'no successful tick yet' : `updated ${formatAge(age)}`;
  return `${name}: ${describeState(status, terminal)} (${fresh})`;
}

function describeState({ state, paidAt, trackedAt, reason }: StatusResult, terminal: Terminal): string {
  switch (state) {
    case 'paid':
      return colour(terminal, 'green', `paid at ${paidAt?.toISOString()}`);
    case 'pending':
      return colour(terminal, 'yellow', `pending, tracked at ${trackedAt?.toISOString()}`);
    case 'missing':
      return colour(
        terminal,
        'red',
        'missing: NocoDB has no such record (any more); tracking it again renews it',
      );
    case 'invalid':
      return colour(terminal, 'red', `invalid: NocoDB refuses the record id (${reason})`);
    case 'untracked':
      return 'not tracked';
  }
}

/** `track USER RECORD` */
export const trackCommand = defineCommand({
  name: 'track',
  summary: 'Watch a payment until it is paid.',
  details: ['It may be repeated: a waiting payment is renewed, a paid one stays paid.'],
  arguments: {
    user: { help: "The messenger's user id." },
    record: { help: 'Id of the NocoDB record to be paid.' },
  },
  options: {},
  examples: ['track 12345 42', 'track -100987 42 --json'],
  async run({ arguments: { user, record } }, context) {
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
  },
});

/** `untrack USER [RECORD]` */
export const untrackCommand = defineCommand({
  name: 'untrack',
  summary: 'Stop watching a payment and forget it.',
  details: ['A paid payment is kept until it expires, so that everybody who asks still sees it paid.'],
  arguments: {
    user: { help: "The messenger's user id." },
    record: { help: "Id of the NocoDB record; the user's latest payment without it.", optional: true },
  },
  options: {},
  examples: ['untrack 12345', 'untrack 12345 42'],
  async run({ arguments: { user, record } }, context) {
    const payments = await context.payments();
    const result = await payments.untrack(user, record);
    const name = record === undefined ? `user ${user}` : `user ${user} (record: ${record})`;
    print(
      context,
      { userId: user, ...(record !== undefined && { recordId: record }), ...result },
      tell(result, name),
    );
    return EXIT_CODE.done;
  },
});

function tell({ removed, status }: UntrackResult, name: string): string {
  if (status === 'paid') return `✅ The payment of ${name} is paid, and stays readable until it expires`;
  return removed ? `🔕 No longer tracking payment for ${name}` : `There was no payment of ${name} to untrack`;
}
