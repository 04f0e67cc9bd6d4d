import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration } from 'aws-cdk-lib';
import { PaymentTrackerStack } from '../payment-tracker-stack.ts';
import type { CloudFormationTemplate } from './deployment.ts';

/**
 * The template of the stack that `cdk deploy` would deploy, for an interval. Its functions are not bundled: that takes
 * time and does not change the bill.
 *
 * @param intervalSeconds whole seconds, 5 to 300
 * @throws {SettingsError} for another interval
 */
export function synthTemplate(intervalSeconds: number): CloudFormationTemplate {
  const outdir = mkdtempSync(join(tmpdir(), 'payment-tracker-cost-'));
  try {
    const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new PaymentTrackerStack(app, 'PaymentTracker', {
      tracker: {
        nocodb: { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23' },
        interval: Duration.seconds(intervalSeconds),
      },
    });
    return app.synth().getStackArtifact(stack.artifactId).template as CloudFormationTemplate;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
