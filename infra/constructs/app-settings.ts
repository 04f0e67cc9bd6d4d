import { Duration } from 'aws-cdk-lib';
import { FUNCTION_VARIABLES } from '../../lambda/environment/function-variables.ts';
import {
  PARAMETER_NAME,
  parseTrackerSettings,
  type TrackerSettings,
} from '../../lambda/environment/tracker-settings.ts';
import { VariableReader, type Variables } from '../../lambda/environment/variable-reader.ts';
import { SettingsError } from '../../lambda/settings/settings-error.ts';
import { EMAIL_ADDRESS, WEBHOOK_SECRET_FORM } from './check-props.ts';
import type { PaymentTrackerProps } from './payment-tracker-props.ts';
import { DEFAULT_STACK_NAME, STACK_NAME_VARIABLE } from './stack-outputs.ts';

/** The variables that {@link parseAppSettings} reads beside those of the tracker. */
export const APP_VARIABLES = {
  /** Name of the CloudFormation stack. @default 'PaymentTracker' */
  stackName: STACK_NAME_VARIABLE,
  /** `true`: example bots, and a table that is deleted with the stack. @default 'false' */
  demo: 'PAYMENT_TRACKER_DEMO',
  /** An address that gets the alarms. @default - nobody */
  alarmEmail: 'ALARM_EMAIL',
  /** SSM parameter with the secret of NocoDB's webhook, which is deployed with it. @default - no webhook */
  webhookSecretParameter: FUNCTION_VARIABLES.webhookSecretParameter,
} as const;

/** What `cdk deploy` deploys. */
export interface AppSettings {
  readonly stackName: string;
  readonly demo: boolean;
  readonly tracker: PaymentTrackerProps;
}

/** @throws {SettingsError} with every fault at once */
export function parseAppSettings(variables: Variables): AppSettings {
  const faults: string[] = [];
  const reader = new VariableReader(variables, faults);
  const stackName = reader.text(APP_VARIABLES.stackName, {
    pattern: /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
    form: 'the name of a CloudFormation stack: a letter, then letters, digits and hyphens, 128 at the most',
    fallback: DEFAULT_STACK_NAME,
  });
  const demo = reader.flag(APP_VARIABLES.demo);
  const alarmEmail = reader.text(APP_VARIABLES.alarmEmail, {
    pattern: new RegExp(`^$|${EMAIL_ADDRESS.pattern.source}`),
    form: EMAIL_ADDRESS.form,
    fallback: '',
  });
  const secretParameterName = reader.text(APP_VARIABLES.webhookSecretParameter, {
    pattern: new RegExp(`^$|${PARAMETER_NAME.pattern.source}`),
    form: WEBHOOK_SECRET_FORM,
    fallback: '',
    secret: true,
  });
  const settings = reader.parse(parseTrackerSettings);
  if (settings === undefined || faults.length > 0) throw new SettingsError(faults);
  return {
    stackName,
    demo,
    tracker: {
      ...toProps(settings),
      ...(alarmEmail !== '' && { alarmEmail }),
      ...(secretParameterName !== '' && { webhook: { secretParameterName } }),
    },
  };
}

function toProps({ nocodb, tokenParameterName, intervalSeconds, shards, retention }: TrackerSettings) {
  return {
    nocodb: { ...nocodb, tokenParameterName },
    interval: Duration.seconds(intervalSeconds),
    shards,
    retention: { pending: Duration.days(retention.pendingDays), paid: Duration.days(retention.paidDays) },
  } satisfies PaymentTrackerProps;
}
