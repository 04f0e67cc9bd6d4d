import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { PaymentTracker } from '../../../infra/constructs/payment-tracker.ts';
import type { PaymentTrackerProps } from '../../../infra/constructs/payment-tracker-props.ts';

export const NOCODB = { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23' } as const;

/** Props that switch on everything that can be switched on. */
export const EVERYTHING: PaymentTrackerProps = {
  nocodb: { ...NOCODB, ownerField: 'TG ID' },
  alarmEmail: 'ops@example.com',
  dashboard: true,
  tracing: true,
  webhook: { secretParameterName: '/shop/webhook-secret', maxConcurrency: 10 },
};

/** The CDK does not delete its output, so the tests do. */
const FOLDER = mkdtempSync(join(tmpdir(), 'payment-tracker-synth-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** Creates a folder for the output of an app. It is deleted after the tests of the file. */
export function temporaryOutdir(): string {
  return mkdtempSync(join(FOLDER, 'cdk.out-'));
}

/** The feature flags that `cdk deploy` uses. */
const { context: FLAGS } = JSON.parse(readFileSync('cdk.json', 'utf8'));

/** An app that does not bundle its functions: that takes seconds and does not change the template. */
export function createApp(): App {
  return new App({ outdir: temporaryOutdir(), context: { ...FLAGS, 'aws:cdk:bundling-stacks': [] } });
}

export function createStack(props?: StackProps): Stack {
  return new Stack(createApp(), 'Shop', props);
}

/** The template of a stack with one tracker, `Payments`. */
export function synthTracker(props: Partial<PaymentTrackerProps> = {}): Template {
  const stack = createStack();
  new PaymentTracker(stack, 'Payments', { nocodb: NOCODB, ...props });
  return Template.fromStack(stack);
}
