import { join } from 'node:path';
import { inject } from 'vitest';
import { type DemoNocoDb, startDemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import { type DeployedTracker, deployTracker } from '../../../infra/local/deployment/deploy-tracker.ts';
import { removeStack } from '../../../infra/local/deployment/remove-stack.ts';
import { CACHE } from '../../../infra/local/emulator/emulator.ts';
import { startEmulator } from '../../../infra/local/emulator/start-emulator.ts';
import { runCommand } from '../../../infra/local/process/run-command.ts';
import type { PaymentTracker } from '../../../lambda/client/index.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { type ExampleBots, exampleBots, type Payment } from '../../support/example-bots.ts';

/** The shortest interval. */
export const INTERVAL_SECONDS = 5;

/** A demo NocoDB, and the stack that watches it on the emulator. */
export interface DemoShop extends ExampleBots {
  readonly nocodb: DemoNocoDb;
  readonly deployed: DeployedTracker;
  readonly tracker: PaymentTracker;
  /** Ticks the payment's box in NocoDB. */
  pay(payment: Payment): void;
  /** Deploys the stack again, with other settings. */
  redeploy(variables: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export type { Payment };

/**
 * Starts a demo NocoDB, and deploys the real template with the real bundles.
 *
 * @param settings variables in addition to those of the demo NocoDB
 */
export async function openDemoShop(
  stackName: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<DemoShop> {
  const nocodb = await startDemoNocoDb();
  const tokenParameterName = `/${stackName}/nocodb-api-token`;
  const emulator = startEmulator({ endpoint: inject('awsEndpoint') });
  const deploy = (variables: Readonly<Record<string, string>>) =>
    deployTracker({
      emulator,
      variables: {
        [VARIABLES.stackName]: stackName,
        [VARIABLES.apiUrl]: nocodb.url,
        [VARIABLES.tableId]: nocodb.tableId,
        [VARIABLES.tokenParameterName]: tokenParameterName,
        [VARIABLES.intervalSeconds]: String(INTERVAL_SECONDS),
        ...variables,
      },
      token: nocodb.token,
      run: runCommand,
      logFile: join(CACHE, `cdk-${stackName}.log`),
    });
  const deployed = await deploy(settings);
  return {
    nocodb,
    deployed,
    tracker: deployed.client(),
    ...exampleBots(deployed),
    pay: ({ recordId }) => void nocodb.records.setPaid(Number(recordId), true),
    redeploy: async (variables) => void (await deploy(variables)),
    async close() {
      await removeStack(deployed.aws, { stackName, parameterNames: [tokenParameterName] });
      await nocodb.close();
    },
  };
}
