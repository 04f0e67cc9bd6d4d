import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PaymentTrackerStack } from '../../infra/constructs/payment-tracker-stack.ts';
import { createApp, EVERYTHING } from './support/synth.ts';

interface Finding {
  readonly ruleName: string;
  readonly violatingConstructs: readonly { readonly constructPath: string }[];
  /** Present if the finding is acknowledged. */
  readonly reason?: string;
}

interface PluginReport {
  readonly pluginName: string;
  readonly conclusion: 'success' | 'failure';
  readonly violations: readonly Finding[];
  readonly suppressedViolations: readonly Finding[];
}

afterEach(() => {
  // A failed validation sets the exit code of the process.
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

/** Synthesizes an app with both packs of cdk-nag. @returns the report of each pack */
function check(app: App): readonly PluginReport[] {
  vi.spyOn(console, 'log').mockReturnValue();
  vi.spyOn(console, 'error').mockReturnValue();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  try {
    app.synth();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ValidationFailed')) throw error;
  }
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  return report.pluginReports as PluginReport[];
}

function appWithTracker({ posts = true } = {}): { app: App; stack: PaymentTrackerStack } {
  const app = createApp();
  const stack = new PaymentTrackerStack(app, 'Shop', {
    demo: true,
    ...(posts && { postConfirmed: { url: 'https://bot.example.com/confirmed' } }),
    tracker: EVERYTHING,
  });
  return { app, stack };
}

describe('cdk-nag', () => {
  it('finds nothing that is not acknowledged, with all that can be switched on', () => {
    const reports = check(appWithTracker().app);

    expect(reports.map(({ pluginName }) => pluginName)).toEqual(['AwsSolutions', 'Serverless']);
    for (const { conclusion, violations } of reports) {
      expect(violations).toEqual([]);
      expect(conclusion).toBe('success');
    }
  });

  it('is told a reason for every finding that is meant to be', () => {
    // The dead-letter queue counts as one only where another queue gives up to it.
    const acknowledged = [true, false].flatMap((posts) =>
      check(appWithTracker({ posts }).app).flatMap(({ suppressedViolations }) => suppressedViolations),
    );

    expect([...new Set(acknowledged.map(({ ruleName }) => ruleName))].sort()).toEqual([
      'AwsSolutions-IAM5[Resource::*]',
      'AwsSolutions-SF1',
      'AwsSolutions-SQS3',
      'Serverless-LambdaDLQ',
      'Serverless-LambdaEventSourceMappingDestination',
      'Serverless-SNSRedrivePolicy',
      'Serverless-SQSRedrivePolicy',
    ]);
    for (const { reason } of acknowledged) expect(reason?.length).toBeGreaterThan(40);
  });

  it('would find what somebody adds carelessly', () => {
    const { app, stack } = appWithTracker();
    new Topic(stack, 'Careless');

    const [solutions] = check(app);

    expect(solutions?.violations).toMatchObject([
      { ruleName: 'AwsSolutions-SNS3', violatingConstructs: [{ constructPath: 'Shop/Careless/Resource' }] },
    ]);
  });
});
