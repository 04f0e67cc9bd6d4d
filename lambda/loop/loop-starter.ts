import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { TickStarter } from '../tracker/wake.ts';

/**
 * Starts the loop's state machine.
 *
 * @param loopArn ARN of the state machine
 */
export function createLoopStarter(client: SFNClient, loopArn: string): TickStarter {
  const input: LoopInput = { startedBy: 'wake-up' };
  return {
    async start() {
      await client.send(
        new StartExecutionCommand({ stateMachineArn: loopArn, input: JSON.stringify(input) }),
      );
    },
  };
}

/**
 * What starts an execution of the loop, as its input says it. Only one started by the rule may rest: a wake-up knows of
 * a payment that the index, which lists what is pending, may not show yet.
 */
export interface LoopInput {
  readonly startedBy: 'rule' | 'wake-up';
}
