import type { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { TrackerError } from '../tracker/errors.ts';

/** The payments table (DynamoDB) refused an operation, or did not answer; `cause` is the AWS SDK's error. */
export class TableUnavailableError extends TrackerError {
  readonly kind = 'TableUnavailable';
}

/** The table was written by a newer version of the tracker, whose layout this one does not know. */
export class LayoutTooNewError extends TrackerError {
  readonly kind = 'LayoutTooNew';
}

interface Explanation {
  readonly problem: string;
  readonly hint: string;
}

const THROTTLED: Explanation = {
  problem: 'DynamoDB throttles it, and did so on every retry',
  hint: 'Repeat it later; if it persists, raise the throughput caps of the table and its index.',
};

const NO_CREDENTIALS: Explanation = {
  problem: 'AWS does not accept the credentials, or there are none',
  hint: 'In a Lambda: give the function a role; elsewhere: sign in again, or set AWS_PROFILE.',
};

const UNREACHABLE: Explanation = {
  problem: 'DynamoDB did not answer in time, on any try',
  hint: 'Look at the network between here and DynamoDB: region, endpoint, VPC endpoint, proxy.',
};

const FAULT: Explanation = {
  problem: 'DynamoDB has a fault of its own, and had it on every retry',
  hint: 'Repeat it later; https://health.aws.amazon.com tells of larger ones.',
};

/**
 * By the names of the AWS SDK's errors
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).
 */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ProvisionedThroughputExceededException: THROTTLED,
  RequestLimitExceeded: THROTTLED,
  ThrottlingException: THROTTLED,
  AccessDeniedException: {
    problem: 'the role may not do that',
    hint: 'Give the function its right in the stack: grantRead(fn) to read, grantTrack(fn) to track.',
  },
  ResourceNotFoundException: {
    problem: 'there is no such table or index in this account and region',
    hint: 'Compare the name with the output of the stack, and the region with that of the deployment.',
  },
  CredentialsProviderError: NO_CREDENTIALS,
  ExpiredTokenException: NO_CREDENTIALS,
  InvalidSignatureException: NO_CREDENTIALS,
  UnrecognizedClientException: NO_CREDENTIALS,
  InternalServerError: FAULT,
  ServiceUnavailable: FAULT,
  TimeoutError: UNREACHABLE,
};

/** Node's codes of connections that fail; the SDK passes those errors on as they are. */
const CONNECTION_CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;

/** Turns what the AWS SDK threw into an error that says what to do. */
export function tableError(operation: string, target: string, cause: unknown): TableUnavailableError {
  return new TableUnavailableError({ operation, target, ...explain(cause), cause });
}

function explain(cause: unknown): Explanation {
  const { name = '', code = '', message = String(cause) } = cause as NodeJS.ErrnoException;
  if (CONNECTION_CODES.test(code)) return UNREACHABLE;
  return EXPLANATIONS[name] ?? (isAnswer(cause) ? refused(cause) : notSent(message));
}

/** By its shape: a bot's client may come from another copy of the SDK, with classes of its own. */
function isAnswer(cause: unknown): cause is DynamoDBServiceException {
  return cause instanceof Error && '$fault' in cause;
}

function refused({ name, message }: DynamoDBServiceException): Explanation {
  return {
    problem: `DynamoDB answered ${name}: ${withoutFullStop(message)}`,
    hint: 'See the cause; if the stack and the tracker are of the same version, report it.',
  };
}

/** The SDK gave up before it sent anything: no region, as a rule. */
function notSent(message: string): Explanation {
  return {
    problem: `it could not be sent: ${withoutFullStop(message)}`,
    hint: 'Look at the settings of the AWS SDK: AWS_REGION, credentials, endpoint.',
  };
}

function withoutFullStop(message: string): string {
  return message.replace(/\.$/, '');
}
