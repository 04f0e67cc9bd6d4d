import { defineCommand } from '../command.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { print } from '../output.ts';
import { describeStats } from '../stats/describe-stats.ts';
import { watchStats } from '../stats/watch-stats.ts';

/** `stats`: how the tracker fares, once or as a live view. */
export const statsCommand = defineCommand({
  name: 'stats',
  summary: 'Show how fresh the data is, what is pending and confirmed, and how NocoDB answers.',
  details: [
    'With --watch it goes on until Ctrl-C: a live view on a terminal, otherwise a line (with --json a JSON object) every\n2 seconds.',
  ],
  arguments: {},
  options: { watch: { type: 'boolean', help: 'Keep showing it.' } },
  examples: ['stats', 'stats --watch', 'stats --json'],
  async run({ options }, context) {
    const payments = await context.payments();
    if (options.watch) {
      await watchStats(payments, context);
      return EXIT_CODE.done;
    }
    const stats = await payments.getStats();
    print(context, stats, describeStats(stats, context.clock.now(), context.out).join('\n'));
    return EXIT_CODE.done;
  },
});
