import { Duration } from 'aws-cdk-lib';
import { readSettings, type Variables } from '../../lambda/settings/read-settings.ts';
import { toNocoDbSettings } from '../../lambda/settings/read-tracker-settings.ts';
import type { PaymentTrackerProps } from './payment-tracker-props.ts';
import type { PostConfirmedProps } from './post-confirmed.ts';

/** The settings of the stack that `cdk deploy` deploys. */
export interface AppSettings {
  readonly stackName: string;
  /** Whether the stack has the example bots, and deletes its table when it is deleted. */
  readonly demo: boolean;
  readonly tracker: PaymentTrackerProps;
  readonly postConfirmed?: PostConfirmedProps;
}

/**
 * Reads the settings of the CDK app from variables.
 *
 * @throws {SettingsError} listing every fault
 */
export function parseAppSettings(variables: Variables): AppSettings {
  const values = readSettings(variables, 'stack');
  const { confirmedWebhookUrl: url, confirmedWebhookSecretParameter } = values;
  const { alarmEmail, webhookSecretParameter: secretParameterName, webhookMaxConcurrency } = values;
  return {
    stackName: values.stackName,
    demo: values.demo,
    ...(url !== undefined && {
      postConfirmed: { url, secretParameterName: confirmedWebhookSecretParameter },
    }),
    tracker: {
      nocodb: { ...toNocoDbSettings(values), tokenParameterName: values.tokenParameterName },
      interval: Duration.seconds(values.intervalSeconds),
      shards: values.shards,
      dashboard: values.dashboard,
      tracing: values.tracing,
      retention: { pending: Duration.days(values.pendingDays), paid: Duration.days(values.paidDays) },
      ...(alarmEmail !== undefined && { alarmEmail }),
      ...(secretParameterName !== undefined && {
        webhook: {
          secretParameterName,
          ...(webhookMaxConcurrency !== undefined && { maxConcurrency: webhookMaxConcurrency }),
        },
      }),
    },
  };
}
