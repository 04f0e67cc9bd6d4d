import { Command } from 'commander';
import type { TickResult } from '../../../lambda/tracker/tick.ts';
import { STACK_OUTPUTS } from '../../constructs/stack-outputs.ts';
import { CommandError, EXIT_CODE } from '../console/errors.ts';
import { colour, print } from '../console/terminal.ts';
import type { CommandContext, ToAction } from './context.ts';

/** `tick`: runs one tick now, if the gate allows it. */
export function tickCommand(toAction: ToAction): Command {
  return new Command('tick')
    .summary('Run one tick now, through the gate like any other.')
    .description(
      'It calls the deployed tick function and waits for the result. The gate refuses the tick while another tick runs, after another tick has run in the same slot, and during a rate limit. That is not a failure.',
    )
    .option(
      '--function <NAME>',
      'Name of the tick function (default: the output TickFunctionName of the stack).',
    )
    .addHelpText('after', EXAMPLES)
    .action(
      toAction(async (context, options: { readonly function?: string }) => {
        const name = options.function ?? (await context.stackOutputs()).get(STACK_OUTPUTS.tickFunctionName);
        const answer = await context.invokeFunction(name);
        if ('error' in answer) {
          throw new CommandError(
            `The tick failed: ${answer.error}`.replace(/\.$/, ''),
            `Nothing is lost: the next slot tries again. See the log of ${name}, and run doctor to check NocoDB.`,
          );
        }
        // The function belongs to this package: it returns what the handler returns.
        const result = answer.value as TickResult;
        const shown =
          result.outcome === 'skipped' ? { ...result, until: new Date(result.until).toISOString() } : result;
        print(context, shown, describe(result, context));
        return EXIT_CODE.done;
      }),
    );
}

const EXAMPLES = `
Examples:
  payment-tracker tick
  payment-tracker tick --json`;

function describe(result: TickResult, { clock, out }: CommandContext): string {
  if (result.outcome === 'done') {
    const { checked, confirmed, pending, resting } = result;
    const rest = resting ? '; nothing has been pending for a while, and the loop rests' : '';
    return `${colour(out, 'green', '✔')} Ticked: ${checked} checked, ${confirmed} confirmed, ${pending} pending${rest}`;
  }
  const seconds = Math.max(0, Math.ceil((result.until - clock.now()) / 1000));
  const reason =
    result.reason === 'blocked'
      ? 'NocoDB limits the rate'
      : 'another tick runs, or this slot has had its tick';
  return `The gate refused the tick: ${reason}; it opens in ${seconds} s`;
}
