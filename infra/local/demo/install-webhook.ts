import { join } from 'node:path';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { STACK_OUTPUTS } from '../../constructs/stack-outputs.ts';
import type { DemoNocoDb } from '../demo-nocodb/demo-nocodb.ts';
import type { DeployedTracker } from '../deployment/deploy-tracker.ts';
import { withoutAws } from '../emulator/aws-environment.ts';
import { StartError } from '../errors/start-error.ts';
import type { RunCommand } from '../process/run-command.ts';

/** Name of the SSM parameter with the secret of the webhook. */
export const WEBHOOK_SECRET_PARAMETER = '/payment-tracker/webhook-secret';

const CLI = join(import.meta.dirname, '../../cli/cli.ts');
const TIMEOUT_MS = 30_000;

/**
 * Installs the deployed webhook in the demo NocoDB, with the command line as users do.
 *
 * @param say prints a line
 * @throws {StartError} if the webhook cannot be installed, or does not answer
 */
export async function installWebhook(
  { stackName, aws, output }: DeployedTracker,
  { url: apiUrl, tableId, token }: DemoNocoDb,
  { run, say, signal }: { run: RunCommand; say: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  const url = localFunctionUrl(output(STACK_OUTPUTS.webhookUrl), aws.endpoint);
  await checkRefusal(url, signal);
  say(`webhook: ${url} refuses calls without the secret`);
  const { code, output: text } = await run({
    file: process.execPath,
    args: [CLI, 'webhook', 'install', '--url', url, '--stack', stackName, '--endpoint', aws.endpoint],
    env: {
      ...withoutAws(process.env),
      [VARIABLES.apiUrl]: apiUrl,
      [VARIABLES.tableId]: tableId,
      [VARIABLES.apiToken]: token,
    },
    signal,
  });
  if (code !== 0) throw new StartError('The webhook cannot be installed in the demo NocoDB', text.trim());
  say(text.trim());
}

/**
 * The address at which an emulator serves the URL of a Lambda function.
 *
 * LocalStack's functions have URLs that lead to this machine. MiniStack's have those of AWS, which lead nowhere; it
 * serves them under a path too (`_parse_lambda_url` in its `app.py`, 1.5.33).
 */
export function localFunctionUrl(functionUrl: string, endpoint: string): string {
  const [, id] = /^https:\/\/([^.]+)\.lambda-url\.[^.]+\.on\.aws\//.exec(functionUrl) ?? [];
  return id === undefined ? functionUrl : `${endpoint}/_aws/lambda-url/${id}/`;
}

/** Shows that the address leads to the function. The function starts, so the first payment does not wait for it. */
async function checkRefusal(url: string, signal: AbortSignal): Promise<void> {
  const refused = 401;
  try {
    const { status } = await fetch(url, {
      method: 'POST',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (status !== refused) throw new Error(`status ${status}`);
  } catch (cause) {
    throw new StartError(
      `The webhook does not answer at ${url}`,
      'Start without --webhook, or see whether a name server leads that name to the emulator.',
      cause,
    );
  }
}
