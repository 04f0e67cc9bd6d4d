import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { TickStarter } from '../tracker/wake.ts';
import type { LoopInput } from './loop-input.ts';

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
