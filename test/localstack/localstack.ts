import { join } from 'node:path';
import type { PythonServer } from '../../infra/local/emulator/python-server.ts';
import type { LocalStackInstallation } from './install.ts';
import { linkLibraries } from './libraries/libraries.ts';

/** What the stack consists of, and what the CDK and the tests use: the same as in `infra/local/compose.yaml`. */
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

/** LocalStack on this machine itself, whose Lambdas are processes of our own Node. */
export function localStack({ python, libraries, jdk }: LocalStackInstallation): PythonServer {
  return {
    title: 'LocalStack',
    python,
    module: 'localstack_with_processes',
    listening: /^Ready\./,
    prepare: (temporary) => linkLibraries(libraries, join(temporary, 'var/lib/localstack/lib'), jdk),
    variables: (port, temporary) => ({
      // Where Python finds the module.
      PYTHONPATH: import.meta.dirname,
      PYTHONDONTWRITEBYTECODE: '1',
      LAMBDA_NODE: process.execPath,
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      SERVICES: SERVICES.join(','),
      FILESYSTEM_ROOT: temporary,
      // This machine may itself be a container, in which it would take other folders.
      OVERRIDE_IN_DOCKER: '0',
      // Step Functions compares a timestamp to wait for with the local time.
      TZ: 'UTC',
      DYNAMODB_IN_MEMORY: '1',
      // Nothing is told to its makers, nor fetched from them.
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      // No server for names: it would take port 53.
      DNS_ADDRESS: '0',
    }),
  };
}
