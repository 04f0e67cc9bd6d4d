import { parseArgs } from 'node:util';
import { checkVariables, type Variables, variableNames } from '../../lambda/settings/read-settings.ts';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { StartError } from './errors/start-error.ts';

/** The settings of `npm start`. */
export interface StartSettings {
  /** `AWS_ENDPOINT_URL`: address of an emulator that already runs. @default - `npm start` starts an emulator */
  readonly endpoint?: string;
  /** API token of the NocoDB to watch. @default - `npm start` starts a demo NocoDB */
  readonly token?: string;
  /** NocoDB's address for Lambdas in containers. @default - made from its address on this machine */
  readonly urlForLambdas?: string;
  /** Those of the variables that `cdk deploy` reads which are set. */
  readonly variables: Readonly<Record<string, string>>;
  /** Payments to track at the start. */
  readonly track: readonly { readonly userId: string; readonly recordId: string }[];
  /** Whether to deploy the webhook and install it in the demo NocoDB. */
  readonly webhook: boolean;
}

/** Printed for `--help`. */
export const START_HELP = `Usage: npm start -- [options]

Runs the tracker on this machine until Ctrl-C, on a local AWS and with a demo NocoDB, unless others are configured
in the environment or in the file .env.

  --track USER:RECORD  Track this payment; may be repeated.
  --webhook            Deploy the webhook too, and install it in the demo NocoDB.
  --help               Print this help.`;

/** Placeholders for the demo NocoDB, whose address is not known yet. */
const DEMO = {
  [VARIABLES.apiUrl]: 'http://127.0.0.1',
  [VARIABLES.tableId]: 'mdemopayments00',
  [VARIABLES.apiToken]: 'demo',
} as const;

/** The variables that go on to the CDK app. Those for this machine only do not. */
const HERE_ONLY: readonly string[] = [VARIABLES.apiToken, VARIABLES.urlForLambdas];
const PASSED_ON = variableNames('start').filter((name) => !HERE_ONLY.includes(name));

/**
 * Reads the settings from the command line and the environment. Any `NOCODB_…` variable selects a real NocoDB.
 *
 * @throws {StartError} listing every fault in one line
 */
export function parseStartSettings(args: readonly string[], environment: Variables): StartSettings {
  const given = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim())),
  );
  const { track, webhook } = parseOptions(args);
  const real = Object.keys(given).some((name) => name.startsWith('NOCODB_'));
  if (real && webhook) {
    throw new StartError(
      '--webhook is for the demo NocoDB, but another NocoDB is configured',
      'Start without --webhook, or unset all NOCODB_ variables.',
    );
  }
  const { faults } = checkVariables(real ? given : { ...given, ...DEMO }, 'start');
  if (faults.length > 0) {
    throw new StartError(
      faults.map(({ text }) => text).join('; '),
      'Correct the environment or the file .env; without any NOCODB_ variable, a demo NocoDB is watched.',
    );
  }
  const {
    AWS_ENDPOINT_URL: endpoint,
    [VARIABLES.apiToken]: token,
    [VARIABLES.urlForLambdas]: urlForLambdas,
  } = given;
  return {
    variables: Object.fromEntries(Object.entries(given).filter(([name]) => PASSED_ON.includes(name))),
    track,
    webhook,
    ...(endpoint !== undefined && { endpoint }),
    ...(token !== undefined && { token }),
    ...(urlForLambdas !== undefined && { urlForLambdas }),
  };
}

function parseOptions(args: readonly string[]): Pick<StartSettings, 'track' | 'webhook'> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        track: { type: 'string', multiple: true, default: [] },
        webhook: { type: 'boolean', default: false },
      },
    });
    return { ...values, track: values.track.map(parsePair) };
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError((error as Error).message.split(/[.\n]/)[0] ?? '', 'See: npm start -- --help', error);
  }
}

function parsePair(pair: string): StartSettings['track'][number] {
  const [, userId, recordId] = /^(.+):([^:]+)$/.exec(pair) ?? [];
  if (userId !== undefined && recordId !== undefined) return { userId, recordId };
  throw new StartError(
    `--track ${pair} is not USER:RECORD`,
    'Use: npm start -- --track USER:RECORD, as often as needed.',
  );
}
