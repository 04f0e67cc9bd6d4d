import { formatAge, type StatusResult } from '../../../lambda/client/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { print } from '../output.ts';
import { colour, type Terminal } from '../terminal/terminal.ts';

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
