import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { TickStarter } from '../tracker/wake.ts';

/**
 * The input of an execution of the loop: what started it. Only an execution started by the rule may rest: a wake-up is
 * caused by a payment that the index of pending payments may not show yet.
 */
export interface LoopInput {
  readonly startedBy: 'rule' | 'wake-up';
}

/**
 * Creates a starter of the loop's state machine.
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
