import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/** A request that changed something. */
export interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The requests that changed something, in their order. Whoever repeats them all has the same data. */
export class RequestLog {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async read(): Promise<readonly LoggedRequest[]> {
    const get = new GetCommand({ TableName: this.#tableName, Key: KEY, ConsistentRead: true });
    const { Item: item } = await this.#client.send(get);
    return (item?.requests ?? []) as LoggedRequest[];
  }

  /**
   * Adds a request behind those that were read.
   *
   * @returns false when another one was added meanwhile
   */
  async add(request: LoggedRequest, behind: number): Promise<boolean> {
    const update = new UpdateCommand({
      TableName: this.#tableName,
      Key: KEY,
      UpdateExpression: 'SET requests = list_append(if_not_exists(requests, :none), :one)',
      ConditionExpression: behind === 0 ? 'attribute_not_exists(requests)' : 'size(requests) = :behind',
      ExpressionAttributeValues: { ':none': [], ':one': [request], ...(behind > 0 && { ':behind': behind }) },
    });
    try {
      await this.#client.send(update);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

const KEY = { pk: 'REQUESTS' } as const;
