import { expect, test } from 'vitest';
import { StartError } from '../../../infra/local/errors/start-error.ts';
import { parseStartSettings, START_HELP } from '../../../infra/local/start-settings.ts';

const REAL = {
  NOCODB_API_URL: 'https://noco.example',
  NOCODB_TABLE_ID: 'mq13l0ec25f9v23',
  NOCODB_API_TOKEN: 'secret-token',
};

test('nothing configured means a demo NocoDB and an emulator of our own', () => {
  expect(parseStartSettings([], { PATH: '/bin', AWS_PROFILE: 'work' })).toEqual({
    variables: {},
    track: [],
    webhook: false,
  });
});

test('the demo NocoDB can be watched at another interval', () => {
  const settings = parseStartSettings([], { INTERVAL_SECONDS: '5' });

  expect(settings.variables).toEqual({ INTERVAL_SECONDS: '5' });
});

test('a real NocoDB is watched when its three variables are set, and the token stays out of the app', () => {
  const settings = parseStartSettings([], { ...REAL, NOCODB_PAID_FIELD: 'Settled' });

  expect(settings.token).toBe('secret-token');
  expect(settings.variables).toEqual({
    NOCODB_API_URL: REAL.NOCODB_API_URL,
    NOCODB_TABLE_ID: REAL.NOCODB_TABLE_ID,
    NOCODB_PAID_FIELD: 'Settled',
  });
});

test('Lambdas may have an address of their own for NocoDB, which is no setting of the app', () => {
  const settings = parseStartSettings([], { ...REAL, NOCODB_URL_FOR_LAMBDAS: 'http://nocodb:8080' });

  expect(settings.urlForLambdas).toBe('http://nocodb:8080');
  expect(settings.variables).not.toHaveProperty('NOCODB_URL_FOR_LAMBDAS');
});

test('an address for Lambdas that is none is said by its name', () => {
  const parse = () => parseStartSettings([], { ...REAL, NOCODB_URL_FOR_LAMBDAS: 'nocodb' });

  expect(parse).toThrow(/^NOCODB_URL_FOR_LAMBDAS has to begin with http/);
  expect(parse).not.toThrow(/NOCODB_API_URL/);
});

test('an emulator that runs already is used', () => {
  expect(parseStartSettings([], { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }).endpoint).toBe(
    'http://127.0.0.1:4566',
  );
});

test('half of a real NocoDB is not taken for a demo: everything missing is said in one line', () => {
  const parse = () => parseStartSettings([], { NOCODB_URL: 'https://noco.example', INTERVAL_SECONDS: '3' });

  expect(parse).toThrow(StartError);
  expect(parse).toThrow(
    /^NOCODB_API_URL is missing.*did you mean NOCODB_API_URL.*NOCODB_TABLE_ID is missing.*INTERVAL_SECONDS "3".*NOCODB_API_TOKEN is missing.*demo NocoDB is watched\.$/,
  );
});

test('a token under another name is pointed out without being shown', () => {
  const parse = () =>
    parseStartSettings([], { ...REAL, NOCODB_API_TOKEN: undefined, NOCODB_TOKEN: 'secret-token' });

  expect(parse).toThrow(/NOCODB_TOKEN is set; did you mean NOCODB_API_TOKEN\?/);
  expect(parse).not.toThrow(/secret-token/);
});

test('payments to track are pairs of user and record', () => {
  const { track } = parseStartSettings(['--track', '12345:7', '--track', 'matrix:@ann:example.org:8'], {});

  expect(track).toEqual([
    { userId: '12345', recordId: '7' },
    { userId: 'matrix:@ann:example.org', recordId: '8' },
  ]);
});

test('the webhook is for the demo NocoDB only', () => {
  expect(parseStartSettings(['--webhook'], {}).webhook).toBe(true);
  expect(() => parseStartSettings(['--webhook'], REAL)).toThrow(
    '--webhook is for the demo NocoDB, but another NocoDB is configured. Start without --webhook, or unset all NOCODB_ variables.',
  );
});

test.each([
  [
    ['--track', '12345'],
    '--track 12345 is not USER:RECORD. Use: npm start -- --track USER:RECORD, as often as needed.',
  ],
  [['--watch'], "Unknown option '--watch'. See: npm start -- --help"],
  [['--track'], "Option '--track <value>' argument missing. See: npm start -- --help"],
])('%j is answered in one line, with what to do', (args, expected) => {
  expect(() => parseStartSettings(args, {})).toThrow(expected);
});

test('the help names every option', () => {
  expect(START_HELP.match(/--\w+/g)).toEqual(['--track', '--webhook', '--help']);
});
