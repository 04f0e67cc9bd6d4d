import { defineCommand } from '../command.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { print } from '../output.ts';

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
