import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { PaymentTrackerStack } from '../../infra/constructs/payment-tracker-stack.ts';
import { withoutHash } from './support/statements.ts';
import { NOCODB, temporaryOutdir } from './support/synth.ts';

const MEGABYTE = 1_000_000;

/** Paths of the bundles that `cdk deploy` uploads, by the logical id of the function. */
let bundles: Record<string, string>;

beforeAll(() => {
  const app = new App({ outdir: temporaryOutdir() });
  const stack = new PaymentTrackerStack(app, 'Shop', {
    tracker: { nocodb: NOCODB, webhook: { secretParameterName: '/shop/webhook-secret' } },
    postConfirmed: { url: 'https://bot.example.com/confirmed' },
    demo: true,
  });
  const { directory } = app.synth();
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function');
  bundles = Object.fromEntries(
    Object.entries(functions).map(([id, { Properties }]) => [
      withoutHash(id),
      join(directory, `asset.${Properties.Code.S3Key.replace('.zip', '')}`, 'index.mjs'),
    ]),
  );
});

const FUNCTIONS = [
  ['PaymentsTick', 1.1],
  ['PaymentsWakeUpWake', 0.6],
  ['BotsCreatePayment', 1.5],
  ['BotsCheckPayment', 0.6],
  ['PaymentsNotificationsNotify', 0.6],
  ['PaymentsPostConfirmedFunction', 0.6],
  ['PaymentsWebhookFunction', 1.1],
  ['BotsPaymentConfirmed', 0.01],
] as const;

const VARIABLES = {
  PAYMENT_TABLE_NAME: 'Payments',
  TRACKER_NAME: 'shop',
  NOCODB_API_URL: NOCODB.apiUrl,
  NOCODB_TABLE_ID: NOCODB.tableId,
  LOOP_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:Loop',
  EVENT_BUS_ARN: 'arn:aws:events:eu-central-1:123456789012:event-bus/Shop',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/Dead',
  POST_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/Post',
  CONFIRMED_WEBHOOK_URL: 'https://bot.example.com/confirmed',
  NOCODB_WEBHOOK_SECRET_PARAMETER: '/shop/webhook-secret',
  AWS_REGION: 'eu-central-1',
};

describe('the bundle of', () => {
  it.each(FUNCTIONS)('%s is under %f MB', (id, megabytes) => {
    expect(statSync(bundleOf(id)).size).toBeLessThan(megabytes * MEGABYTE);
  });

  it.each(FUNCTIONS)('%s starts far from any node_modules, with the variables of the stack', (id) => {
    const { stdout, stderr } = start(id, VARIABLES);

    expect(stderr).toBe('');
    expect(stdout).toMatch(/function$/);
  });
});

describe('the tick function', () => {
  it('refuses to start with wrong variables, and names all of them', () => {
    const { stderr } = start('PaymentsTick', {
      ...VARIABLES,
      PAYMENT_TABLE_NAME: '',
      INTERVAL_SECONDS: '3',
    });

    expect(stderr).toContain('SettingsError: 2 settings are wrong:');
    expect(stderr).toContain('- PAYMENT_TABLE_NAME is missing: set it to the name of a DynamoDB table');
    expect(stderr).toContain('- INTERVAL_SECONDS "3" is not a whole number of seconds from 5 to 3600');
  });
});

function bundleOf(id: string): string {
  const bundle = bundles[id];
  if (bundle === undefined) throw new Error(`There is no function ${id}: ${Object.keys(bundles).join(', ')}`);
  return bundle;
}

/** Loads a bundle as Lambda does: in a new process that has only the variables of the function. */
function start(id: string, env: Record<string, string>) {
  const load = `import(${JSON.stringify(pathToFileURL(bundleOf(id)).href)})`;
  const script = `${load}.then(({ handler }) => process.stdout.write(typeof handler))`;
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env });
}
