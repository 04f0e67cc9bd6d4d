import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Operations that take read units; all others take write units. */
const READS: ReadonlySet<string> = new Set(['GetItem', 'Query']);

/** Counts the calls of DynamoDB and the capacity that its answers report. */
export class CallCounter {
  #counts: Record<string, number> = {};
  #readUnits = 0;
  #writeUnits = 0;

  /** Calls since the last reset, by operation: `UpdateItem`. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /** Read units since the last reset, as DynamoDB or its emulator reports them. */
  get readUnits(): number {
    return this.#readUnits;
  }

  /** Write units since the last reset, those of the index included. */
  get writeUnits(): number {
    return this.#writeUnits;
  }

  reset(): void {
    this.#counts = {};
    this.#readUnits = 0;
    this.#writeUnits = 0;
  }

  follow(client: DynamoDBDocumentClient): void {
    client.middlewareStack.add(
      (next, { commandName = 'unknown' }) =>
        async (call) => {
          const operation = commandName.replace(/Command$/, '');
          this.#counts[operation] = (this.#counts[operation] ?? 0) + 1;
          Object.assign(call.input, { ReturnConsumedCapacity: 'TOTAL' });
          const answer = await next(call);
          const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number } };
          const units = ConsumedCapacity?.CapacityUnits ?? 0;
          if (READS.has(operation)) this.#readUnits += units;
          else this.#writeUnits += units;
          return answer;
        },
      { step: 'initialize' },
    );
  }
}
