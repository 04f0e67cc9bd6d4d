import { Command } from 'commander';
import type { TrackerStats } from '../../../lambda/client/index.ts';
import type { Clock } from '../../../lambda/tracker/clock.ts';
import { TrackerError } from '../../../lambda/tracker/errors.ts';
import { EXIT_CODE } from '../console/errors.ts';
import { colour, cutTo, LiveView, print } from '../console/terminal.ts';
import type { CommandContext, Payments, ToAction } from './context.ts';
import { describeStats, summarizeStats } from './describe-stats.ts';

/** `stats`: shows how the tracker works, once or as a live view. */
export function statsCommand(toAction: ToAction): Command {
  return new Command('stats')
    .summary('Show how fresh the data is, what is pending and confirmed, and how NocoDB answers.')
    .description(
      'With --watch it continues until Ctrl-C: a live view on a terminal, otherwise a line (with --json a JSON object) every 2 seconds.',
    )
    .option('--watch', 'Continue until Ctrl-C.')
    .addHelpText('after', EXAMPLES)
    .action(
      toAction(async (context, options: { readonly watch?: true }) => {
        const payments = await context.payments();
        if (options.watch) {
          await watchStats(payments, context);
          return EXIT_CODE.done;
        }
        const stats = await payments.getStats();
        print(context, stats, describeStats(stats, context.clock.now(), context.out).join('\n'));
        return EXIT_CODE.done;
      }),
    );
}

const EXAMPLES = `
Examples:
  payment-tracker stats
  payment-tracker stats --watch
  payment-tracker stats --json`;

/**
 * Time between two reads, in milliseconds. A read of the stats queries the index of pending payments, at one read unit
 * for about 100 of them.
 */
const READ_EVERY_MS = 2000;

/**
 * Shows the stats again and again until Ctrl-C: as a view that changes on a terminal, otherwise as lines.
 *
 * Only a failure of the first read ends the watch. A later failure is shown, and the next read tries again.
 *
 * @throws {TrackerError} when the first read fails
 */
async function watchStats(payments: Payments, context: CommandContext): Promise<void> {
  const show = context.json || !context.out.interactive ? showLine(context) : showView(context);
  let last = await payments.getStats();
  // Before the first output: after it, the user may press Ctrl-C at any time.
  const waiting = { clock: context.clock, signal: context.catchInterrupt() };
  show(last);
  while (await pause(READ_EVERY_MS, waiting)) {
    try {
      last = await payments.getStats();
      show(last);
    } catch (error) {
      if (!(error instanceof TrackerError)) throw error;
      show(last, error);
    }
  }
}

type Show = (stats: TrackerStats, error?: TrackerError) => void;

function showLine({ out, err, json, clock }: CommandContext): Show {
  return (stats, error) => {
    if (error !== undefined) err.write(`${error.message}\n`);
    else if (json) out.write(`${JSON.stringify(stats)}\n`);
    else out.write(`${new Date(clock.now()).toISOString()}  ${summarizeStats(stats)}\n`);
  };
}

function showView({ out, clock }: CommandContext): Show {
  const view = new LiveView(out);
  return (stats, error) => {
    const now = clock.now();
    // The codes of colours count as characters, so lines are cut first.
    const plain = { colours: false };
    const lines = describeStats(stats, now, plain);
    const fits = lines.every((each) => each.length <= out.columns);
    const title = `📊 Payment tracker, ${new Date(now).toISOString().slice(11, 19)} UTC (Ctrl-C ends)`;
    view.draw([
      cutTo(title, out.columns),
      ...(fits ? describeStats(stats, now, out) : lines.map((each) => cutTo(each, out.columns))),
      ...(error === undefined
        ? []
        : [colour(out, 'red', cutTo(`✖ ${error.problem}. ${error.hint}`, out.columns))]),
    ]);
  };
}

/**
 * Waits until the time is over or Ctrl-C is pressed.
 *
 * @returns false after Ctrl-C
 */
async function pause(
  milliseconds: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<boolean> {
  if (signal.aborted) return false;
  let interrupt = () => {};
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  signal.addEventListener('abort', interrupt);
  await Promise.race([clock.sleep(milliseconds), interrupted]);
  signal.removeEventListener('abort', interrupt);
  return !signal.aborted;
}
