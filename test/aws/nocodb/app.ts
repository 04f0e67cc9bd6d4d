import { join } from 'node:path';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { FunctionUrlAuthType, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';

/** A stack with the demo NocoDB in a Lambda function. Its name and the API token come from the environment. */
const { DEMO_NOCODB_STACK: stackName = 'DemoNocoDb', DEMO_NOCODB_TOKEN: token = '' } = process.env;

const stack = new Stack(new App(), stackName, { description: 'A demo NocoDB for npm run test:aws' });
const log = new TableV2(stack, 'Requests', {
  partitionKey: { name: 'pk', type: AttributeType.STRING },
  removalPolicy: RemovalPolicy.DESTROY,
});
const nocodb = new NodejsFunction(stack, 'NocoDb', {
  entry: join(import.meta.dirname, 'demo-nocodb.handler.ts'),
  runtime: Runtime.NODEJS_24_X,
  memorySize: 512,
  // A webhook that it sends may meet a function that starts.
  timeout: Duration.seconds(30),
  environment: { TOKEN: token, LOG_TABLE_NAME: log.tableName },
  logGroup: new LogGroup(stack, 'Log', {
    retention: RetentionDays.ONE_DAY,
    removalPolicy: RemovalPolicy.DESTROY,
  }),
  bundling: {
    format: OutputFormat.ESM,
    target: 'node24',
    mainFields: ['module', 'main'],
    bundleAwsSDK: true,
  },
});
log.grantReadWriteData(nocodb);
new CfnOutput(stack, 'Url', { value: nocodb.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url });
