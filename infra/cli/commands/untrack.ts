import type { UntrackResult } from '../../../lambda/client/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { print } from '../output.ts';

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
