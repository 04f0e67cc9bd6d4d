import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { ItemKey } from '../../../lambda/table/document-table.ts';
import { LAYOUT } from '../../../lambda/table/layout.ts';
import { parseCondition } from './condition.ts';
import type { Item } from './operand.ts';
import { Partitions } from './partitions.ts';
import { applyUpdate } from './update.ts';

export interface SimulatedTableOptions {
  /** Shows a change to the index, now or later, in the order of the changes of an item. */
  readonly propagate: (key: string, show: () => void) => void;
  /** Alters the conditions of writes before they are evaluated. */
  readonly alterCondition?: (condition: string) => string;
}

/** What a write changed; `undefined` where there is no item. */
export interface Change {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** Carries an operation to the table and its answer back: takes time, fails, or is repeated by the SDK. */
export type Io = <Output>(operate: (attempt: number) => Output) => Promise<Output>;

/**
 * A DynamoDB table in memory. It evaluates the expressions that the tracker's adapter sends, so that the conditions under test
 * are the real ones.
 */
export class SimulatedTable {
  readonly #items = new Map<string, Item>();
  readonly #partitions = new Partitions(LAYOUT);
  readonly #index = new Partitions({ ...LAYOUT.index, tieBreaker: LAYOUT.partitionKey });
  /** The items that the index shows now, by their names in the table. */
  readonly #shown = new Map<string, Item>();
  readonly #options: SimulatedTableOptions;
  readonly #followers: ((change: Change) => void)[] = [];

  constructor(options: SimulatedTableOptions) {
    this.#options = options;
  }

  /** Calls the follower with every change, as the table's stream does. */
  follow(follower: (change: Change) => void): void {
    this.#followers.push(follower);
  }

  item({ pk, sk }: ItemKey): Item | undefined {
    return this.#items.get(`${pk} ${sk}`);
  }

  items(): Iterable<Item> {
    return this.#items.values();
  }

  /** Deletes an item that has expired, as DynamoDB does some time afterwards. @param now epoch milliseconds */
  deleteExpired(key: ItemKey, now: number): void {
    const item = this.item(key);
    if (item === undefined || Number(item[LAYOUT.timeToLive]) > now / 1000) return;
    this.#store(`${key.pk} ${key.sk}`, item, undefined);
  }

  /** A document client for this table. */
  client(io: Io): DynamoDBDocumentClient {
    const send = (command: unknown) => io((attempt) => this.#execute(command, attempt));
    // The SDK's paginator looks at `instanceof`; nothing else of the real client is used.
    return Object.assign(Object.create(DynamoDBDocumentClient.prototype), { send });
  }

  #execute(command: unknown, attempt: number) {
    if (command instanceof GetCommand) return { Item: this.item(command.input.Key as unknown as ItemKey) };
    if (command instanceof BatchGetCommand) return this.#getMany(command.input);
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof UpdateCommand) {
      const { UpdateExpression: update = '' } = command.input;
      return this.#write(command.input, attempt, (item, key, bindings) =>
        applyUpdate(update, item ?? { ...key }, bindings),
      );
    }
    if (command instanceof DeleteCommand) return this.#write(command.input, attempt, () => undefined);
    throw new TypeError('The simulated table does not know this command.');
  }

  #getMany({ RequestItems: requests = {} }: BatchGetCommand['input']): { Responses: Record<string, Item[]> } {
    const found = Object.entries(requests).map(([name, { Keys: keys = [] }]) => {
      if (keys.length > 100) throw new RangeError('A batch has at most 100 keys.');
      return [name, keys.flatMap((key) => this.item(key as unknown as ItemKey) ?? [])];
    });
    return { Responses: Object.fromEntries(found) };
  }

  #query(input: QueryCommand['input']): { Items: Item[]; LastEvaluatedKey?: Item } {
    const { Limit: limit = Number.POSITIVE_INFINITY, ExclusiveStartKey: startKey } = input;
    const partitions = input.IndexName === undefined ? this.#partitions : this.#index;
    const condition = input.KeyConditionExpression ?? '';
    const items = partitions.query({ condition, bindings: bindingsOf(input), startKey, limit });
    const last = items[limit - 1];
    return { Items: items, ...(last && { LastEvaluatedKey: last }) };
  }

  #write(
    input: WriteInput,
    attempt: number,
    change: (
      item: Item | undefined,
      key: ItemKey,
      bindings: ReturnType<typeof bindingsOf>,
    ) => Item | undefined,
  ) {
    const key = input.Key as unknown as ItemKey;
    const before = this.item(key);
    const bindings = bindingsOf(input);
    if (!this.#isMet(input.ConditionExpression, before ?? {}, bindings)) {
      throw new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: { attempts: attempt },
        ...(before && { Item: marshall(before) }),
      });
    }
    const after = change(before, key, bindings);
    this.#store(`${key.pk} ${key.sk}`, before, after);
    return { Attributes: input.ReturnValues === 'ALL_NEW' ? after : before };
  }

  #isMet(condition: string | undefined, item: Item, bindings: ReturnType<typeof bindingsOf>): boolean {
    if (condition === undefined) return true;
    return parseCondition((this.#options.alterCondition ?? String)(condition))(item, bindings);
  }

  #store(name: string, before: Item | undefined, after: Item | undefined): void {
    if (after !== undefined) {
      this.#items.set(name, after);
      this.#partitions.set(after);
    } else if (before !== undefined) {
      this.#items.delete(name);
      this.#partitions.delete(before);
    }
    const entry = indexEntry(after);
    if (entry !== undefined || indexEntry(before) !== undefined) {
      this.#options.propagate(name, () => this.#show(name, entry));
    }
    for (const follower of this.#followers) follower({ before, after });
  }

  #show(name: string, entry: Item | undefined): void {
    const before = this.#shown.get(name);
    if (before !== undefined) this.#index.delete(before);
    if (entry === undefined) {
      this.#shown.delete(name);
    } else {
      this.#shown.set(name, entry);
      this.#index.set(entry);
    }
  }
}

type WriteInput = Pick<
  UpdateCommand['input'],
  'Key' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues' | 'ReturnValues'
>;

function bindingsOf(input: Pick<WriteInput, 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>) {
  return { names: input.ExpressionAttributeNames ?? {}, values: input.ExpressionAttributeValues ?? {} };
}

/** Keys only; an item without a key of the index is not in it. */
function indexEntry(item: Item | undefined): Item | undefined {
  const { partitionKey, sortKey } = LAYOUT.index;
  if (item?.[partitionKey] === undefined || item[sortKey] === undefined) return undefined;
  const names = [LAYOUT.partitionKey, LAYOUT.sortKey, partitionKey, sortKey];
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}
