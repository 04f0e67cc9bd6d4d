/**
 * Sizes and times that the bill assumes. The sizes of items and logs are upper bounds; tests compare them with what the
 * code writes. The times are upper bounds for a function with 512 MB.
 */
export const ASSUMPTIONS = {
  /** A payment in the table, and its entry in the index of pending payments; bytes. */
  paymentItemBytes: 200,
  indexEntryBytes: 75,
  /** What DynamoDB adds to the size of each item and each index entry when it bills storage; bytes. */
  storageOverheadBytes: 100,
  /** Log of a tick with pending payments, of a tick without, of a confirmation, and of a wake-up; bytes. */
  logBytesPerTick: 3800,
  logBytesPerIdleTick: 1500,
  logBytesPerConfirmation: 900,
  logBytesPerWakeUp: 900,
  /** Size of stored logs relative to ingested logs, by CloudWatch's own estimate. */
  logCompression: 0.15,
  /** Duration of a tick: a fixed part, and a part for each pending payment; milliseconds. */
  tickMilliseconds: 120,
  tickMillisecondsPerPayment: 0.1,
  /** Duration of a tick that the gate refuses, and of a call of a function that reads the stream; milliseconds. */
  refusedMilliseconds: 20,
  streamMilliseconds: 60,
  /** Start of a new instance, which Lambda bills too. While the loop rests, every tick may need one; milliseconds. */
  coldStartMilliseconds: 500,
  /** Duration of an execution of the resting loop, milliseconds. */
  idleExecutionMilliseconds: 300,
  /** Memory of an execution, GB. Step Functions bills it in steps of 64 MB, and the loop needs one step. */
  executionGb: 64 / 1024,
  /** How often a bot reads each payment until it is paid. A read costs half a read unit. */
  readsPerPayment: 20,
  /** A request to NocoDB: the TLS handshake and the headers, and the part for each record id; bytes. */
  requestBytes: 3000,
  requestBytesPerPayment: 8,
  /** How long the tick function keeps the decrypted token, seconds. */
  tokenCacheSeconds: 300,
  /** Number of the metrics in `METRICS` that are published while payments are pending. */
  metricsWhilePending: 4,
} as const;
