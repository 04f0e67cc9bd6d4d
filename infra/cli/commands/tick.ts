import type { TickResult } from '../../../lambda/tracker/tick.ts';
import { STACK_OUTPUTS } from '../../constructs/stack-outputs.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, EXIT_CODE } from '../errors.ts';
import { colour, print } from '../terminal.ts';

/** `tick`: one pass now, if the gate lets it through. */
export const tickCommand = defineCommand({
  name: 'tick',
  summary: 'Run one tick now, through the gate like any other.',
  details: [
    'It calls the deployed tick function and waits for it. While another tick runs, or has just run in this slot, or a\nrate limit is being waited out, the gate refuses it; that is not a failure.',
  ],
  arguments: {},
  options: {
    function: {
      type: 'string',
      value: 'NAME',
      help: 'Name of the tick function (default: the output TickFunctionName of the stack).',
    },
  },
  examples: ['tick', 'tick --json'],
  async run({ options }, context) {
    const name = options.function ?? (await context.stackOutputs()).get(STACK_OUTPUTS.tickFunctionName);
    const answer = await context.invokeFunction(name);
    if ('error' in answer) {
      throw new CommandError(
        `The tick failed: ${answer.error}`.replace(/\.$/, ''),
        `Nothing is lost, the next slot tries again; the log of ${name} tells more, and doctor checks NocoDB.`,
      );
    }
    // The function is of this package; its answer is that of the handler.
    const result = answer.value as TickResult;
    print(context, result, describe(result, context));
    return EXIT_CODE.done;
  },
});

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
