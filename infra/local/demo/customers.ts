/** A customer of the demo's shop. */
export interface Customer {
  readonly userId: string;
  readonly title: string;
}

/** The field of the demo NocoDB's table that names the customer. */
export const USER_FIELD = 'TG ID';

/** Who waits for a confirmation when the demo begins. */
export const WAITING_CUSTOMERS: readonly Customer[] = [
  { userId: '1001', title: 'Coffee, 1 kg' },
  { userId: '1002', title: 'Tea, 200 g' },
  { userId: '1003', title: 'Honey, 500 g' },
  { userId: '1004', title: 'Chocolate, 10 bars' },
  { userId: '1005', title: 'Gift card' },
];
