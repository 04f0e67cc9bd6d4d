import type { TrackerStats } from '../../../lambda/client/index.ts';
import type { Clock } from '../../../lambda/tracker/clock.ts';
import { TrackerError } from '../../../lambda/tracker/errors.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext, Payments } from '../context.ts';
import { describeStats, summarizeStats } from '../describe-stats.ts';
import { EXIT_CODE } from '../errors.ts';
import { colour, cutTo, LiveView, print } from '../terminal.ts';

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

/** Time between two looks, milliseconds. A look reads the index of pending payments: a read unit for about 60 of them. */
const LOOK_EVERY = 2000;

/**
 * Shows the stats again and again until Ctrl-C: as a view that changes for a person, as a line each for everybody else.
 *
 * A look that fails later is shown and tried again; only the first one ends the watch.
 *
 * @throws {TrackerError} when the first look fails
 */
export async function watchStats(payments: Payments, context: CommandContext): Promise<void> {
  const show = context.json || !context.out.interactive ? showLine(context) : showView(context);
  let last = await payments.getStats();
  // Before anything is shown: who sees the first look may press Ctrl-C at once.
  const waiting = { clock: context.clock, signal: context.catchInterrupt() };
  show(last);
  while (await pause(LOOK_EVERY, waiting)) {
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
    // A coloured line is longer than it looks, so lines are cut before they are coloured.
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
 * Waits, unless Ctrl-C comes first.
 *
 * @param milliseconds how long
 * @returns false when it was interrupted
 */
export async function pause(
  milliseconds: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<boolean> {
  if (signal.aborted) return false;
  const { promise: interrupted, resolve } = Promise.withResolvers<void>();
  const interrupt = () => resolve();
  signal.addEventListener('abort', interrupt);
  await Promise.race([clock.sleep(milliseconds), interrupted]);
  signal.removeEventListener('abort', interrupt);
  return !signal.aborted;
}
