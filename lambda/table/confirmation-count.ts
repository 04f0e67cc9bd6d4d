import type { ConfirmationCount } from '../tracker/confirm-reported.ts';
import { TICK_WAS_BEFORE } from './conditions.ts';
import { DocumentTable, type TableOptions } from './document-table.ts';
import { CONTROL_KEY } from './keys.ts';

/**
 * The total of confirmed payments in the control item.
 *
 * Confirmations before the very first tick are not counted, and a write whose answer was lost may count twice: it is a
 * figure for people.
 */
export class ConfirmationCountItem implements ConfirmationCount {
  readonly #table: DocumentTable;

  constructor(options: TableOptions) {
    this.#table = new DocumentTable(options);
  }

  /** @throws {TableUnavailableError} */
  async add(confirmed: number): Promise<void> {
    await this.#table.write({
      operation: 'count confirmed payments',
      key: CONTROL_KEY,
      update: 'ADD #confirmed :confirmed',
      condition: TICK_WAS_BEFORE,
      values: { ':confirmed': confirmed },
    });
  }
}
