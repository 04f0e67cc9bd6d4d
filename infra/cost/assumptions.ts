/**
 * Sizes and times that the bill is computed from. Those of items and logs are upper bounds that a test compares with
 * what the code writes; times are bounds for a function of 512 MB.
 *
 * Limits of the tracker are not here: the bill takes them from the code.
 */
export const ASSUMPTIONS = {
  /** A payment in the table, and in the index of pending ones; bytes. */
  paymentItemBytes: 200,
  indexEntryBytes: 75,
  /** Bytes that DynamoDB adds to each item and to each entry of an index in the price of storage. */
  storageOverheadBytes: 100,
  /**
   * Logged by a tick that has something to check and makes one request, for each further request, by an idle tick, for a
   * confirmation, and for its announcement; bytes.
   */
  logBytesPerTick: 1600,
  logBytesPerFurtherRequest: 900,
  logBytesPerIdleTick: 400,
  logBytesPerConfirmation: 400,
  logBytesPerAnnouncement: 400,
  /** CloudWatch's own estimate of how far it compresses logs that it keeps. */
  logCompression: 0.15,
  /** Duration of a tick: the least, for each record id that it asks for, and for each further request; milliseconds. */
  tickMilliseconds: 120,
  tickMillisecondsPerPayment: 0.1,
  tickMillisecondsPerFurtherRequest: 400,
  /** A tick that the gate refuses, and a call of the functions that the table's stream calls; milliseconds. */
  refusedMilliseconds: 20,
  streamMilliseconds: 60,
  /** Start of a new instance, which is charged too; at rest, every tick may need one; milliseconds. */
  coldStartMilliseconds: 500,
  /** An execution of the loop that finds nothing to do, milliseconds. */
  idleExecutionMilliseconds: 300,
  /** Step Functions charges for memory in steps of 64 MB; the loop needs one. GB. */
  executionGb: 64 / 1024,
  /**
   * How often the payments of a changed record are looked up: once by each instance of the tick function that sees the
   * change, because the same change is asked for again for a while.
   */
  lookUpsPerChange: 2,
  /** How often a bot asks for each payment until it is paid; half a read unit each time. */
  readsPerPayment: 20,
  /** A request to NocoDB: TLS handshake and headers, and each record id; bytes. */
  requestBytes: 3000,
  requestBytesPerPayment: 8,
  /** The tick function keeps the token for this time, then reads and decrypts it again; seconds. */
  tokenCacheSeconds: 300,
} as const;
