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
}

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
  const real = Object.keys(given).some((name) => name.startsWith('NOCODB_'));
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
    track: parseTrack(args),
    ...(endpoint !== undefined && { endpoint }),
    ...(token !== undefined && { token }),
    ...(urlForLambdas !== undefined && { urlForLambdas }),
  };
}

function parseTrack(args: readonly string[]): StartSettings['track'] {
  const hint = 'Use: npm start -- --track USER:RECORD, as often as needed.';
  try {
    const { values } = parseArgs({ args: [...args], options: { track: { type: 'string', multiple: true } } });
    return (values.track ?? []).map((pair) => {
      const [, userId, recordId] = /^(.+):([^:]+)$/.exec(pair) ?? [];
      if (userId !== undefined && recordId !== undefined) return { userId, recordId };
      throw new StartError(`--track ${pair} is not USER:RECORD`, hint);
    });
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError((error as Error).message.split(/[.\n]/)[0] ?? '', hint, error);
  }
}
