import { parseArgs } from 'node:util';
import { parseTrackerSettings, TRACKER_VARIABLES } from '../../lambda/environment/tracker-settings.ts';
import type { Variables } from '../../lambda/environment/variable-reader.ts';
import { NOCODB_VARIABLES } from '../../lambda/nocodb/settings.ts';
import { nearMiss } from '../../lambda/tracker/near-miss.ts';
import { SettingsError } from '../../lambda/tracker/settings-error.ts';
import { StartError } from './start-error.ts';

/** What `npm start` was asked to do. */
export interface StartSettings {
  /** `AWS_ENDPOINT_URL`: an emulator that runs already. */
  readonly endpoint?: string;
  /** API token of the NocoDB to watch; absent: a demo NocoDB is brought along. */
  readonly token?: string;
  /** NocoDB's address as Lambdas in containers reach it, where that is not to be made of its address here. */
  readonly urlForLambdas?: string;
  /** The app's settings under the names that `cdk deploy` reads, as far as they were given. */
  readonly variables: Readonly<Record<string, string>>;
  /** Payments to track from the start. */
  readonly track: readonly { readonly userId: string; readonly recordId: string }[];
}

const TOKEN = 'NOCODB_API_TOKEN';
const URL_FOR_LAMBDAS = 'NOCODB_URL_FOR_LAMBDAS';
const APP_VARIABLES: readonly string[] = [
  ...Object.values(NOCODB_VARIABLES),
  ...Object.values(TRACKER_VARIABLES),
];

/** Stand in for the demo NocoDB, whose address is not known yet. */
const DEMO = { NOCODB_API_URL: 'http://127.0.0.1', NOCODB_TABLE_ID: 'demo' } as const;

/**
 * Reads the command line and the environment. Any `NOCODB_…` variable means that a real NocoDB is meant.
 *
 * @throws {StartError} with every fault in one line
 */
export function parseStartSettings(args: readonly string[], environment: Variables): StartSettings {
  const given = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim())),
  );
  const real = Object.keys(given).some((name) => name.startsWith('NOCODB_'));
  const faults = real
    ? [...faultsOfApp(given), ...faultsOfToken(given), ...faultsOfUrlForLambdas(given)]
    : faultsOfApp({ ...given, ...DEMO });
  if (faults.length > 0) {
    throw new StartError(
      faults.join('; '),
      'Correct the environment or the file .env; without any NOCODB_ variable, a demo NocoDB is watched.',
    );
  }
  const { AWS_ENDPOINT_URL: endpoint, [TOKEN]: token, [URL_FOR_LAMBDAS]: urlForLambdas } = given;
  return {
    variables: Object.fromEntries(Object.entries(given).filter(([name]) => APP_VARIABLES.includes(name))),
    track: parseTrack(args),
    ...(endpoint !== undefined && { endpoint }),
    ...(token !== undefined && { token }),
    ...(urlForLambdas !== undefined && { urlForLambdas }),
  };
}

function faultsOfApp(variables: Variables): readonly string[] {
  try {
    parseTrackerSettings(variables);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}

function faultsOfToken(variables: Variables): readonly string[] {
  if (variables[TOKEN] !== undefined) return [];
  const others = Object.keys(variables).filter((name) => ![...APP_VARIABLES, URL_FOR_LAMBDAS].includes(name));
  const slip = nearMiss(TOKEN, others, ['NOCODB_TOKEN', 'NOCODB_API_KEY', 'NC_TOKEN', 'NC_API_TOKEN']);
  const meant = slip === undefined ? '' : ` (${slip} is set; did you mean ${TOKEN}?)`;
  return [`${TOKEN} is missing: NocoDB makes one under Team & Settings, API Tokens${meant}`];
}

/** It is said by its own name: to the app, it is NOCODB_API_URL. */
function faultsOfUrlForLambdas({ [URL_FOR_LAMBDAS]: url, ...variables }: Variables): readonly string[] {
  if (url === undefined) return [];
  const withoutUrl = faultsOfApp(variables);
  return faultsOfApp({ ...variables, [NOCODB_VARIABLES.apiUrl]: url })
    .filter((fault) => !withoutUrl.includes(fault))
    .map((fault) => fault.replaceAll(NOCODB_VARIABLES.apiUrl, URL_FOR_LAMBDAS));
}

function parseTrack(args: readonly string[]): StartSettings['track'] {
  const wayOut = 'Use: npm start -- --track USER:RECORD, as often as needed.';
  try {
    const { values } = parseArgs({ args: [...args], options: { track: { type: 'string', multiple: true } } });
    return (values.track ?? []).map((pair) => {
      const [, userId, recordId] = /^(.+):([^:]+)$/.exec(pair) ?? [];
      if (userId !== undefined && recordId !== undefined) return { userId, recordId };
      throw new StartError(`--track ${pair} is not USER:RECORD`, wayOut);
    });
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError((error as Error).message.split(/[.\n]/)[0] ?? '', wayOut, error);
  }
}
