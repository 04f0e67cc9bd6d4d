import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { variablesFor } from '../../lambda/settings/read-settings.ts';
import { type TrackerSettings, toValues } from '../../lambda/settings/tracker-settings.ts';
import { CONTROL_PARTITION, USER_PREFIX } from '../../lambda/table/layout.ts';
import { BundledFunction } from './bundled-function.ts';
import type { PaymentTable } from './payment-table.ts';
import type { WebhookProps } from './payment-tracker-props.ts';

export interface WebhookConstructProps extends WebhookProps {
  readonly table: PaymentTable;
  readonly trackerName: string;
  readonly settings: TrackerSettings;
}

/**
 * Takes NocoDB's webhook, so that a payment is confirmed at once and not with the next tick.
 *
 * Its URL is open to everybody, since NocoDB cannot sign requests for AWS; the function itself asks for a secret, and
 * does nothing before that.
 */
export class Webhook extends Construct {
  readonly function: BundledFunction;
  /** Where NocoDB posts to. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: WebhookConstructProps) {
    super(scope, id);
    const { table, trackerName, settings, secretParameterName, maxConcurrency } = props;
    this.function = new BundledFunction(this, 'Function', {
      entry: 'webhook.handler',
      description: `Takes NocoDB's webhook (${trackerName})`,
      timeout: Duration.seconds(20),
      environment: variablesFor('webhook', {
        tableName: table.tableName,
        trackerName,
        webhookSecretParameter: secretParameterName,
        ...toValues(settings),
      }),
      ...(maxConcurrency !== undefined && { reservedConcurrentExecutions: maxConcurrency }),
    });
    const parameter = { service: 'ssm', resource: 'parameter', resourceName: secretParameterName.slice(1) };
    this.function.addToRolePolicy(
      new PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: [Stack.of(this).formatArn(parameter)],
      }),
    );
    table.grantQueryOfPending(this.function);
    table.grantItems(this.function, ['dynamodb:UpdateItem'], [`${USER_PREFIX}*`, CONTROL_PARTITION]);
    this.url = this.function.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url;
  }
}
