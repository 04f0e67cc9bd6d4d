import type { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { TrackerError } from '../tracker/errors.ts';

/** DynamoDB refused an operation on the payments table, or did not answer; `cause` is the AWS SDK's error. */
export class TableUnavailableError extends TrackerError {
  readonly kind = 'TableUnavailable';
}

/** A newer version of the tracker wrote the table, in a layout that this version does not know. */
export class LayoutTooNewError extends TrackerError {
  readonly kind = 'LayoutTooNew';
}

interface Explanation {
  readonly problem: string;
  readonly hint: string;
}

const THROTTLED: Explanation = {
  problem: 'DynamoDB throttles it, also on every retry',
  hint: 'Repeat it later; if it persists, raise the throughput caps of the table and its index.',
};

const NO_CREDENTIALS: Explanation = {
  problem: 'AWS does not accept the credentials, or there are none',
  hint: 'In a Lambda: give the function a role; elsewhere: sign in again, or set AWS_PROFILE.',
};

const CHECK_NETWORK = 'Check the network between here and DynamoDB: region, endpoint, VPC endpoint, proxy.';

const NO_ANSWER: Explanation = {
  problem: 'DynamoDB did not answer in time, on any attempt',
  hint: CHECK_NETWORK,
};

const FAULT: Explanation = {
  problem: 'DynamoDB has an internal error, also on every retry',
  hint: 'Repeat it later; https://health.aws.amazon.com shows larger outages.',
};

/**
 * By the names of the errors of the AWS SDK
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).
 */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ProvisionedThroughputExceededException: THROTTLED,
  RequestLimitExceeded: THROTTLED,
  ThrottlingException: THROTTLED,
  AccessDeniedException: {
    problem: 'the role may not do that',
    hint: 'Grant the function the table in the stack: grantRead(fn) to read, grantTrack(fn) to track.',
  },
  ResourceNotFoundException: {
    problem: 'there is no such table or index in this account and region',
    hint: 'Compare the name with the output of the stack, and the region with the region of the deployment.',
  },
  CredentialsProviderError: NO_CREDENTIALS,
  ExpiredTokenException: NO_CREDENTIALS,
  InvalidSignatureException: NO_CREDENTIALS,
  UnrecognizedClientException: NO_CREDENTIALS,
  InternalServerError: FAULT,
  ServiceUnavailable: FAULT,
  TimeoutError: NO_ANSWER,
};

/** Node's error codes of failed connections; the SDK passes these errors on unchanged. */
const CONNECTION_CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;

/** Makes an error with a hint from an error of the AWS SDK. */
export function tableError(operation: string, target: string, cause: unknown): TableUnavailableError {
  return new TableUnavailableError({ operation, target, ...explain(cause), cause });
}

function explain(cause: unknown): Explanation {
  const { name = '', code = '', message = String(cause) } = cause as NodeJS.ErrnoException;
  if (code === 'ETIMEDOUT') return NO_ANSWER;
  if (CONNECTION_CODES.test(code)) {
    return { problem: `there is no connection to DynamoDB (${code}), on any attempt`, hint: CHECK_NETWORK };
  }
  return EXPLANATIONS[name] ?? (isAnswer(cause) ? explainAnswer(cause) : explainUnsent(message));
}

/** Checks the shape and not the class: a bot's client may come from another copy of the SDK. */
function isAnswer(cause: unknown): cause is DynamoDBServiceException {
  return cause instanceof Error && '$fault' in cause;
}

function explainAnswer({ name, message }: DynamoDBServiceException): Explanation {
  return {
    problem: `DynamoDB answered ${name}: ${withoutFullStop(message)}`,
    hint: 'See the cause. If the stack and the tracker have the same version, report it.',
  };
}

/** The SDK failed before it sent anything, usually because it has no region. */
function explainUnsent(message: string): Explanation {
  return {
    problem: `it could not be sent: ${withoutFullStop(message)}`,
    hint: 'Check the settings of the AWS SDK: AWS_REGION, credentials, and for an emulator its endpoint.',
  };
}

function withoutFullStop(message: string): string {
  return message.replace(/\.$/, '');
}
