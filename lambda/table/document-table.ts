import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { tableError } from './errors.ts';
import { namesIn } from './expression.ts';

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

export type ItemQuery = Pick<
  QueryCommandInput,
  'IndexName' | 'ProjectionExpression' | 'ConsistentRead' | 'KeyConditionExpression'
> & {
  readonly operation: string;
  readonly KeyConditionExpression: string;
  readonly values: Readonly<Record<string, unknown>>;
};

/** The operations on DynamoDB that everything else here is made of. */
export class DocumentTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor({ client, tableName }: TableOptions) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /**
   * One eventually consistent read of one item.
   *
   * @throws {TableUnavailableError}
   */
  async get(operation: string, key: ItemKey): Promise<Item | undefined> {
    const input = { TableName: this.#tableName, Key: key };
    const read = () => this.#client.send(new GetCommand(input));
    return (await this.#explain(operation, nameOf(key), read)).Item;
  }

  /**
   * The pages of a query, one after another.
   *
   * @throws {TableUnavailableError}
   */
  async *query({ operation, values, ...input }: ItemQuery): AsyncGenerator<readonly Item[]> {
    const { KeyConditionExpression: keyCondition, ProjectionExpression: projection = '', IndexName } = input;
    const pages = paginateQuery(
      { client: this.#client },
      {
        ...input,
        TableName: this.#tableName,
        ExpressionAttributeNames: namesIn(keyCondition, projection),
        ExpressionAttributeValues: values,
      },
    );
    const target = IndexName === undefined ? Object.values(values).join(', ') : `index ${IndexName}`;
    for (;;) {
      const { done, value } = await this.#explain(operation, target, () => pages.next());
      if (done) return;
      yield value.Items ?? [];
    }
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
        if (error instanceof ConditionalCheckFailedException) return refusal(error);
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
