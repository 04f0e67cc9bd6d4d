import type { RestState } from '../tracker/wake.ts';
import { HAS_EMPTY_TICKS } from './conditions.ts';
import { DocumentTable, type TableOptions } from './document-table.ts';
import { CONTROL_KEY } from './keys.ts';

/**
 * What makes the loop rest: a count in the control item.
 *
 * Each method throws {@link TableUnavailableError} when DynamoDB refuses or does not answer.
 */
export class RestStateItem implements RestState {
  readonly #table: DocumentTable;

  constructor(options: TableOptions) {
    this.#table = new DocumentTable(options);
  }

  async emptyTicks(): Promise<number | undefined> {
    const item = await this.#table.get('read control item', CONTROL_KEY, 'strong');
    return item && ((item.emptyTicks as number | undefined) ?? 0);
  }

  async clear(): Promise<void> {
    await this.#table.write({
      operation: 'clear empty ticks',
      key: CONTROL_KEY,
      update: 'SET #emptyTicks = :zero',
      condition: HAS_EMPTY_TICKS,
      values: { ':zero': 0 },
    });
  }
}
