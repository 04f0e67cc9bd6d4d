import { once } from 'node:events';
import { join } from 'node:path';
import { consoleObserver } from '../../lambda/client/index.ts';
import { parseTrackerSettings } from '../../lambda/settings/read-tracker-settings.ts';
import { SETTINGS, VARIABLES } from '../../lambda/settings/settings.ts';
import { openDemo, runFirstCustomer } from './demo/demo.ts';
import { installWebhook, WEBHOOK_SECRET_PARAMETER } from './demo/install-webhook.ts';
import { type DeployedTracker, deployTracker } from './deployment/deploy-tracker.ts';
import { removeStack } from './deployment/remove-stack.ts';
import { awsClientConfig } from './emulator/aws-environment.ts';
import { CACHE, DEFAULT_PORT, type Emulator } from './emulator/emulator.ts';
import { startEmulator } from './emulator/start-emulator.ts';
import { StartError } from './errors/start-error.ts';
import { followLog, type LogLine } from './log/follow-log.ts';
import { functionLogGroups, logReader } from './log/function-logs.ts';
import { createTickHistory, type TickHistory } from './log/tick-history.ts';
import { type NocoDbToWatch, nocoDbToWatch, urlForLambdas } from './nocodb-to-watch.ts';
import { runCommand } from './process/run-command.ts';
import { secondTerminal } from './second-terminal.ts';
import type { StartSettings } from './start-settings.ts';

/** What {@link runLocally} gets from its process. */
export interface RunContext {
  /** Prints a line. @param at its time, epoch milliseconds; now by default */
  readonly say: (text: string, at?: number) => void;
  /** Aborts when the run has to end. */
  readonly end: AbortSignal;
  /** Gets everything that must be stopped at the end. */
  readonly started: AsyncDisposableStack;
}

/**
 * Starts an emulator and a demo NocoDB (unless others are configured), deploys the CDK app, tracks payments, and shows
 * the logs of the Lambda functions until `end` aborts.
 *
 * @throws {StartError} if something cannot start, or if the emulator ends by itself
 */
export async function runLocally(settings: StartSettings, context: RunContext): Promise<void> {
  const { say, end, started } = context;
  say('starting; Ctrl-C stops everything');
  const running =
    settings.endpoint === undefined ? undefined : await startEmulator({ endpoint: settings.endpoint });
  const containers = running?.containers ?? false;
  const nocodb = await nocoDbToWatch(settings, containers, started);
  say(`${nocodb.demo ? 'demo NocoDB' : 'NocoDB'}: ${nocodb.url}, table ${nocodb.tableId}`);
  const emulator = running
    ? Promise.resolve(running)
    : startEmulator({ preferredPort: DEFAULT_PORT, name: 'start', report: say, signal: end });
  const variables = {
    ...settings.variables,
    [VARIABLES.apiUrl]: settings.urlForLambdas ?? urlForLambdas(nocodb.url, containers),
    [VARIABLES.tableId]: nocodb.tableId,
    ...(settings.webhook && { [VARIABLES.webhookSecretParameter]: WEBHOOK_SECRET_PARAMETER }),
  };
  // If the emulator cannot start, `deployTo` reports the error, and there is nothing to clean up.
  started.defer(() =>
    emulator.then(
      (present) => cleanUp(present, variables),
      () => {},
    ),
  );
  const deployed = await deployTo(emulator, variables, nocodb.token, context);
  const history = createTickHistory(deployed.intervalSeconds);
  await showLog(deployed, history, context);
  say(
    `for a bot or the command line (npm run tracker -- stats --watch) in another terminal:\n${secondTerminal(deployed, nocodb)}`,
  );
  if (settings.webhook && nocodb.demo !== undefined) {
    await installWebhook(deployed, nocodb.demo, { run: runCommand, say, signal: end });
  }
  await registerUsers(deployed, history, settings, nocodb, context);
  await Promise.race([whenAborted(end), failWhenLost(emulator)]);
}

async function deployTo(
  emulator: Promise<Emulator>,
  variables: Readonly<Record<string, string>>,
  token: string,
  { say, end }: RunContext,
): Promise<DeployedTracker> {
  const begin = Date.now();
  const ready = emulator.then((started) => {
    say(`local cloud: ${started.description}`);
    say('deploying the CDK app');
    return started;
  });
  const deployed = await deployTracker({
    emulator: ready,
    variables,
    token,
    run: runCommand,
    logFile: join(CACHE, 'cdk-start.log'),
    signal: end,
  });
  say(`deployed, ${Math.round((Date.now() - begin) / 1000)} s after the start`);
  return deployed;
}

/** Shows new lines in the logs of the Lambda functions until `end` aborts. The history gets the debug lines too. */
async function showLog(
  { aws, stackName }: DeployedTracker,
  history: TickHistory,
  { say, end }: RunContext,
): Promise<void> {
  const read = logReader(aws, await functionLogGroups(aws, stackName));
  const print = (line: LogLine) => {
    history.add(line);
    if (line.fields?.level !== 'DEBUG') say(line.text, line.at);
  };
  const onError = (error: unknown) => say(`cannot read the log: ${(error as Error).message}`);
  void followLog({ read, print, onError, since: Date.now() - 1000, signal: end });
}

async function registerUsers(
  deployed: DeployedTracker,
  history: TickHistory,
  { track, webhook }: StartSettings,
  { demo }: NocoDbToWatch,
  { say, end, started }: RunContext,
): Promise<void> {
  const tracker = deployed.client({ observe: consoleObserver(say) });
  if (track.length > 0) await tracker.trackMany(track);
  if (demo !== undefined) {
    const options = { nocodb: demo, tracker, deployed, webhook, history, say, signal: end };
    const page = await openDemo(options);
    started.defer(() => page.close());
    say(`page: ${page.url} shows the payments; tick some of them as paid`);
    void runFirstCustomer(options);
  } else if (track.length === 0) {
    say('no payment is tracked yet: use npm start -- --track USER:RECORD, or let a bot track payments');
  }
}

/** Stops the emulator, or removes the stack from an emulator that `npm start` did not start. */
async function cleanUp(emulator: Emulator, variables: Readonly<Record<string, string>>): Promise<void> {
  const { tokenParameterName } = parseTrackerSettings(variables);
  const parameterNames = [tokenParameterName, WEBHOOK_SECRET_PARAMETER];
  const stack = { stackName: SETTINGS.stackName.default, parameterNames };
  if (!emulator.ours) await removeStack(awsClientConfig(emulator.endpoint), stack);
  await emulator.stop();
}

async function whenAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

async function failWhenLost(emulator: Promise<Emulator>): Promise<never> {
  throw new StartError(await (await emulator).lost, 'Start again.');
}
