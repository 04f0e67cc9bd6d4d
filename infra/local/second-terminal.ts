import { VARIABLES } from '../../lambda/settings/settings.ts';
import { STACK_OUTPUTS } from '../constructs/stack-outputs.ts';
import type { DeployedTracker } from './deployment/deploy-tracker.ts';
import { awsEnvironment } from './emulator/aws-environment.ts';
import type { NocoDbToWatch } from './nocodb-to-watch.ts';

/**
 * Shell commands after which bots and the command line use the local stack in another terminal. The token of a real
 * NocoDB is not shown.
 */
export function secondTerminal({ aws, output }: DeployedTracker, { demo }: NocoDbToWatch): string {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } =
    awsEnvironment(aws.endpoint);
  const shards = output(STACK_OUTPUTS.shards);
  return [
    // The AWS SDK prefers the credentials of a profile.
    'unset AWS_PROFILE',
    exportOf({ AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION }),
    exportOf({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }),
    exportOf({
      [VARIABLES.tableName]: output(STACK_OUTPUTS.tableName),
      ...(shards !== '1' && { [VARIABLES.shards]: shards }),
    }),
    ...(demo === undefined
      ? []
      : [
          exportOf({ [VARIABLES.apiUrl]: demo.url, [VARIABLES.tableId]: demo.tableId }),
          exportOf({ [VARIABLES.apiToken]: demo.token }),
        ]),
  ].join('\n');
}

/** No value has characters that a shell reads in another way. */
function exportOf(variables: Readonly<Record<string, string | undefined>>): string {
  return `export ${Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`;
}
