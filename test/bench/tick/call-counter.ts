import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Counts the calls of DynamoDB and the capacity they say they took. */
export class CallCounter {
  #counts: Record<string, number> = {};
  #capacityUnits = 0;

  /** Calls since the last reset, by operation: `UpdateItem`. */
  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /** Capacity units since the last reset, as DynamoDB (or what stands for it) reports them. */
  get capacityUnits(): number {
    return this.#capacityUnits;
  }

  reset(): void {
    this.#counts = {};
    this.#capacityUnits = 0;
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
          this.#capacityUnits += ConsumedCapacity?.CapacityUnits ?? 0;
          return answer;
        },
      { step: 'initialize' },
    );
  }
}
