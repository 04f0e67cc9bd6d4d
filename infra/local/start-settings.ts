import { parseArgs } from 'node:util';
import { checkVariables, type Variables, variableNames } from '../../lambda/settings/read-settings.ts';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { StartError } from './start-error.ts';

/** What `npm start` should do. */
export interface StartSettings {
  /** `AWS_ENDPOINT_URL`: an emulator that already runs. @default - a new one is started */
  readonly endpoint?: string;
  /** API token of the NocoDB to watch. @default - a demo NocoDB is started */
  readonly token?: string;
  /** The variables that `cdk deploy` reads, as far as they are set. */
  readonly variables: Readonly<Record<string, string>>;
  /** Payments to track from the start. */
  readonly track: readonly { readonly userId: string; readonly recordId: string }[];
}

/** Stand in for the demo NocoDB, whose address is not known yet. */
const DEMO = {
  [VARIABLES.apiUrl]: 'http://127.0.0.1',
  [VARIABLES.tableId]: 'mdemopayments00',
  [VARIABLES.apiToken]: 'demo',
} as const;

/** The variables that go on to the CDK app. The token does not. */
const PASSED_ON = variableNames('start').filter((name) => name !== VARIABLES.apiToken);

/**
 * Reads the command line and the environment. Any `NOCODB_…` variable means that a real NocoDB is watched.
 *
 * @throws {StartError} with every fault in one line
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
  const { AWS_ENDPOINT_URL: endpoint, [VARIABLES.apiToken]: token } = given;
  return {
    variables: Object.fromEntries(Object.entries(given).filter(([name]) => PASSED_ON.includes(name))),
    track: parseTrack(args),
    ...(endpoint !== undefined && { endpoint }),
    ...(token !== undefined && { token }),
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
