import type { TrackerStats } from '../../../lambda/client/index.ts';
import { TrackerError } from '../../../lambda/tracker/errors.ts';
import type { CommandContext, Payments } from '../command-context.ts';
import { pause } from '../pause.ts';
import { cutTo, LiveView } from '../terminal/live-view.ts';
import { colour } from '../terminal/terminal.ts';
import { describeStats, summarizeStats } from './describe-stats.ts';

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
        : [colour(out, 'red', cutTo(`✖ ${error.problem}. ${error.wayOut}`, out.columns))]),
    ]);
  };
}
