import { join } from 'node:path';
import type { PythonServer } from '../../infra/local/emulator/python-server.ts';
import type { LocalStackInstallation } from './install.ts';
import { linkLibraries } from './libraries/libraries.ts';

/** The services of the stack, the CDK and the tests. The same list is in `infra/local/compose.yaml`. */
export const SERVICES = [
  'cloudformation',
  'cloudwatch',
  'dynamodb',
  'dynamodbstreams',
  'ecr',
  'events',
  'iam',
  'kms',
  'lambda',
  'logs',
  's3',
  'sns',
  'sqs',
  'ssm',
  'stepfunctions',
  'sts',
];

/** LocalStack without a container. It runs Lambda functions as processes of this project's Node.js. */
export function localStack({ python, libraries, jdk }: LocalStackInstallation): PythonServer {
  return {
    title: 'LocalStack',
    python,
    module: 'localstack_with_processes',
    listening: /^Ready\./,
    prepare: (temporary) => linkLibraries(libraries, join(temporary, 'var/lib/localstack/lib'), jdk),
    variables: (port, temporary) => ({
      // The folder of the module.
      PYTHONPATH: import.meta.dirname,
      PYTHONDONTWRITEBYTECODE: '1',
      LAMBDA_NODE: process.execPath,
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      SERVICES: SERVICES.join(','),
      FILESYSTEM_ROOT: temporary,
      // In a container, LocalStack would use other folders.
      OVERRIDE_IN_DOCKER: '0',
      // LocalStack's Step Functions compares the timestamp of a Wait state with the local time.
      TZ: 'UTC',
      // Starts the services now, not in the middle of a test.
      EAGER_SERVICE_LOADING: '1',
      DYNAMODB_IN_MEMORY: '1',
      // It sends no usage data, and downloads no certificate.
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      // No DNS server: it would use port 53. So addresses of queues have no name that only a DNS server knows, and
      // those of functions end with a name, because no name may end with the number of an address.
      DNS_ADDRESS: '0',
      LOCALSTACK_HOST: `localhost:${port}`,
      SQS_ENDPOINT_STRATEGY: 'path',
    }),
  };
}
