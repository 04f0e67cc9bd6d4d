import { Duration, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MAX_ATTEMPTS } from '../../lambda/post/deliver.ts';
import { checkProps, variablesFor } from '../../lambda/settings/read-settings.ts';
import { SettingsError } from '../../lambda/settings/settings-error.ts';
import { BundledFunction } from './bundled-function.ts';
import { acknowledge } from './nag-acknowledgements.ts';

/** Where the events of confirmed payments are posted. */
export interface PostConfirmedProps {
  /** An HTTPS address. A server answers 2xx to accept an event, and 410 to refuse it for good. */
  readonly url: string;

  /**
   * Name of the SSM parameter (SecureString) with the secret that signs the requests: `whsec_` and at least 24 random bytes
   * in base64. If a customer managed key encrypts the parameter, call `key.grantDecrypt(fn)` with the returned function.
   *
   * @default '/payment-tracker/confirmed-webhook-secret'
   */
  readonly secretParameterName?: string;
}

interface PostConfirmedConstructProps extends PostConfirmedProps {
  readonly trackerName: string;
  /** Gets the events that were not accepted in a day, and those that were refused. */
  readonly deadLetterQueue: IQueue;
}

/** Time limit of the function: the server has 10 s, the AWS services the rest. */
const TIMEOUT = Duration.seconds(30);

/**
 * Posts events to a server: a queue keeps them, and a function posts them and postpones those that fail, for a day.
 * (EventBridge's API destinations do the same, but cannot sign.)
 */
export class PostConfirmed extends Construct {
  readonly queue: Queue;
  readonly function: BundledFunction;

  /** @throws {SettingsError} if a prop is wrong */
  constructor(scope: Construct, id: string, props: PostConfirmedConstructProps) {
    super(scope, id);
    const { trackerName, deadLetterQueue, url } = props;
    const secretParameterName = checkSecretParameter(props);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // AWS recommends six times the time limit of the function. It decides only when the function cannot.
      visibilityTimeout: Duration.seconds(6 * TIMEOUT.toSeconds()),
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: MAX_ATTEMPTS },
    });
    this.function = new BundledFunction(this, 'Function', {
      entry: 'post.handler',
      description: `Posts events of confirmed payments to a server (${trackerName})`,
      timeout: TIMEOUT,
      environment: variablesFor('post', {
        trackerName,
        confirmedWebhookUrl: url,
        confirmedWebhookSecretParameter: secretParameterName,
        postQueueUrl: this.queue.queueUrl,
        deadLetterQueueUrl: deadLetterQueue.queueUrl,
      }),
    });
    // At most 20 requests at the same time: a server that hangs does not use up the account's concurrency.
    this.function.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 10, maxConcurrency: 2, reportBatchItemFailures: true }),
    );
    acknowledge(this.function, 'queueGivesUp');
    deadLetterQueue.grantSendMessages(this.function);
    const parameter = { service: 'ssm', resource: 'parameter', resourceName: secretParameterName.slice(1) };
    this.function.addToRolePolicy(
      new PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: [Stack.of(this).formatArn(parameter)],
      }),
    );
  }
}

/**
 * Checks both props. A URL may be a token of the CDK, known only at deployment; the function checks it when it starts.
 *
 * @returns the name of the parameter
 * @throws {SettingsError}
 */
function checkSecretParameter({ url, secretParameterName }: PostConfirmedProps): string {
  const given = { confirmedWebhookUrl: url, confirmedWebhookSecretParameter: secretParameterName };
  const { values, faults } = checkProps(given);
  const ours = faults.filter(
    ({ setting }) =>
      setting === 'confirmedWebhookSecretParameter' ||
      (setting === 'confirmedWebhookUrl' && !Token.isUnresolved(url)),
  );
  if (ours.length > 0) throw new SettingsError(ours.map(({ text }) => text));
  return values.confirmedWebhookSecretParameter;
}
