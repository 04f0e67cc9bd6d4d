/**
 * Time limits for clients of the AWS SDK, which by default waits forever: a tick ends within its slot, and a bot answers
 * its user.
 */
export const SDK_LIMITS = {
  /** First attempt and retries. The SDK's standard mode waits between them, with jitter. */
  maxAttempts: 3,
  requestHandler: {
    /** Milliseconds for a connection, including TLS. */
    connectionTimeout: 1000,
    /** Milliseconds for a response. DynamoDB needs a few; the largest page of a query, 1 MB, needs some hundred. */
    requestTimeout: 2000,
    throwOnRequestTimeout: true,
  },
} as const;
