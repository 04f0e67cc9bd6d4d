import type { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import pMap from 'p-map';
import { tableError } from './errors.ts';

/** Where the payments are. */
export interface TableOptions {
  /** A document client as `createDocumentClient` makes it. */
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** How a read treats writes that were answered just before it. */
export type Consistency = 'eventual' | 'strong';

/** An item as the document client gives it. */
export type Item = Readonly<Record<string, unknown>>;

/** A write of one item that happens only under a condition. */
export interface ConditionalWrite {
  /** For the message of an error: `confirm payment`. */
  readonly operation: string;
  readonly key: ItemKey;
  /** An update expression; absent: the item is deleted. */
  readonly update?: string;
  readonly condition: string;
  /** Exactly the values that both expressions use. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Which version of the item to give back. @default 'ALL_OLD' */
  readonly returns?: 'ALL_OLD' | 'ALL_NEW';
}

export type WriteResult =
  | { readonly written: true; readonly item: Item | undefined }
  | {
      /** The condition did not hold: nothing was written. */
      readonly written: false;
      /** The item that it did not hold for; `undefined` when there is none. */
      readonly found: Item | undefined;
      /**
       * The SDK sent it more than once: a try before may have been carried out although its answer was lost, and then
       * it is our own write that the condition met.
       */
      readonly retried: boolean;
    };

export interface ItemQuery {
  /** For the message of an error: `list pending payments`. */
  readonly operation: string;
  /** Key condition expression. */
  readonly condition: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Queries this index instead of the table. */
  readonly index?: string;
  /** Projection expression. @default everything */
  readonly projection?: string;
  /** @default 'eventual' */
  readonly consistency?: Consistency;
  /** The key behind which it begins. @default at the beginning */
  readonly startKey?: Readonly<Record<string, unknown>>;
  /** The most items to read. @default all */
  readonly limit?: number;
}

/** The most items that one `BatchGetItem` reads. */
const MAX_ITEMS_IN_BATCH = 100;
const CONCURRENT_BATCHES = 8;

/** The operations on DynamoDB that everything else here is made of. */
export class DocumentTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor({ client, tableName }: TableOptions) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /**
   * One read of one item.
   *
   * @param consistency `strong` sees every write that was answered before it, at twice the price
   * @throws {TableUnavailableError}
   */
  async get(
    operation: string,
    key: ItemKey,
    consistency: Consistency = 'eventual',
  ): Promise<Item | undefined> {
    const input = { TableName: this.#tableName, Key: key, ConsistentRead: consistency === 'strong' };
    const read = () => this.#client.send(new GetCommand(input));
    return (await this.#explain(operation, nameOf(key), read)).Item;
  }

  /**
   * Eventually consistent reads of many items, without those that do not exist.
   *
   * @param keys no two are the same
   * @throws {TableUnavailableError}
   */
  async getMany(operation: string, keys: readonly ItemKey[]): Promise<Item[]> {
    const batches: (readonly ItemKey[])[] = [];
    for (let start = 0; start < keys.length; start += MAX_ITEMS_IN_BATCH) {
      batches.push(keys.slice(start, start + MAX_ITEMS_IN_BATCH));
    }
    const read = (batch: readonly ItemKey[]) => this.#getBatch(operation, batch);
    return (await pMap(batches, read, { concurrency: CONCURRENT_BATCHES })).flat();
  }

  /** DynamoDB leaves out what it has no capacity for, and fails if it has none for anything. */
  async #getBatch(operation: string, keys: readonly ItemKey[]): Promise<Item[]> {
    const name = this.#tableName;
    const command = new BatchGetCommand({ RequestItems: { [name]: { Keys: [...keys] } } });
    const read = () => this.#client.send(command);
    const { Responses, UnprocessedKeys } = await this.#explain(operation, `${keys.length} items`, read);
    const found = Responses?.[name] ?? [];
    const left = (UnprocessedKeys?.[name]?.Keys ?? []) as ItemKey[];
    return left.length === 0 ? found : [...found, ...(await this.#getBatch(operation, left))];
  }

  /**
   * The pages of a query, one after another.
   *
   * @throws {TableUnavailableError}
   */
  async *query(query: ItemQuery): AsyncGenerator<readonly Item[]> {
    const { operation, condition, values, index, projection, consistency, limit } = query;
    const target = index === undefined ? Object.values(values).join(' ') : `index ${index}`;
    let { startKey } = query;
    let left = limit ?? Number.POSITIVE_INFINITY;
    do {
      const page = new QueryCommand({
        TableName: this.#tableName,
        IndexName: index,
        KeyConditionExpression: condition,
        ProjectionExpression: projection,
        ExpressionAttributeNames: namesIn(condition, projection ?? ''),
        ExpressionAttributeValues: values,
        ConsistentRead: consistency === 'strong',
        ExclusiveStartKey: startKey,
        ...(limit !== undefined && { Limit: left }),
      });
      const { Items, LastEvaluatedKey } = await this.#explain(operation, target, () =>
        this.#client.send(page),
      );
      yield Items ?? [];
      left -= Items?.length ?? 0;
      startKey = LastEvaluatedKey;
    } while (startKey !== undefined && left > 0);
  }

  /**
   * Writes an item if the condition holds.
   *
   * @throws {TableUnavailableError}
   */
  async write({
    operation,
    key,
    update,
    condition,
    values,
    returns,
  }: ConditionalWrite): Promise<WriteResult> {
    const input = {
      TableName: this.#tableName,
      Key: key,
      ConditionExpression: condition,
      ExpressionAttributeNames: namesIn(condition, update ?? ''),
      ExpressionAttributeValues: values,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;
    const send = async (): Promise<WriteResult> => {
      try {
        const { Attributes: item } = await (update === undefined
          ? this.#client.send(new DeleteCommand({ ...input, ReturnValues: 'ALL_OLD' }))
          : this.#client.send(
              new UpdateCommand({ ...input, UpdateExpression: update, ReturnValues: returns ?? 'ALL_OLD' }),
            ));
        return { written: true, item };
      } catch (error) {
        if (isRefusal(error)) return refusal(error);
        throw error;
      }
    };
    return this.#explain(operation, nameOf(key), send);
  }

  async #explain<Answer>(operation: string, target: string, send: () => Promise<Answer>): Promise<Answer> {
    try {
      return await send();
    } catch (error) {
      throw tableError(operation, `DynamoDB table ${this.#tableName}, ${target}`, error);
    }
  }
}

/** Compares names, because a bot's client may come from another copy of the SDK with other classes. */
function isRefusal(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** The document client translates answers, but not what an error carries. */
function refusal({ Item: item, $metadata }: ConditionalCheckFailedException): WriteResult {
  return {
    written: false,
    found: item && unmarshall(item),
    retried: ($metadata.attempts ?? 1) > 1,
  };
}

function nameOf({ pk, sk }: ItemKey): string {
  return `${pk} ${sk}`;
}

/**
 * The names for the placeholders of expressions. A placeholder `#status` stands for the attribute `status`, always; so
 * no attribute can collide with a reserved word of DynamoDB, and only names in use are sent (it refuses others).
 */
export function namesIn(...expressions: readonly string[]): Record<string, string> {
  const placeholders = expressions.join(' ').match(/#\w+/g) ?? [];
  return Object.fromEntries(placeholders.map((placeholder) => [placeholder, placeholder.slice(1)]));
}
