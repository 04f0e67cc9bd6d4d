import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { variablesFor } from '../../lambda/settings/read-settings.ts';
import { toValues } from '../../lambda/settings/read-tracker-settings.ts';
import type { TrackerSettings } from '../../lambda/settings/tracker-settings.ts';
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
 * Handles calls of NocoDB's webhook, which confirm a payment at once instead of in the next tick.
 *
 * The URL has no authorization, because NocoDB cannot sign requests for AWS. The function checks a secret before it does
 * anything else.
 */
export class Webhook extends Construct {
  readonly function: BundledFunction;
  /** The URL to which NocoDB posts. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: WebhookConstructProps) {
    super(scope, id);
    const { table, trackerName, settings, secretParameterName, maxConcurrency } = props;
    this.function = new BundledFunction(this, 'Function', {
      entry: 'webhook.handler',
      description: `Confirms payments that NocoDB's webhook reports (${trackerName})`,
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
    const actions = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'];
    table.grantItems(this.function, actions, [`${USER_PREFIX}*`, CONTROL_PARTITION]);
    this.url = this.function.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url;
  }
}
