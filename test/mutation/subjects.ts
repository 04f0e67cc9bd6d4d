/** A part of the code that is mutated, and the tests that must notice. */
export interface Subject {
  readonly name: string;
  /** Globs of source files. */
  readonly mutate: readonly string[];
  /** Folders or files of tests. The fewer, the sooner a mutant is done. */
  readonly tests: readonly string[];
  /** Whether the tests use DynamoDB on an emulator. @default false */
  readonly emulator?: boolean;
}

/** What decides about money: what a tick asks, how answers are read, and the conditions of writes. */
export const SUBJECTS: readonly Subject[] = [
  { name: 'tracker', mutate: ['lambda/tracker/*.ts'], tests: ['test/unit/tracker/'] },
  {
    name: 'conditions',
    mutate: ['lambda/table/conditions.ts'],
    tests: [
      'test/table/payment-store.test.ts',
      'test/table/control-item.test.ts',
      'test/table/payment-tracker.test.ts',
    ],
    emulator: true,
  },
  {
    name: 'nocodb',
    mutate: ['lambda/nocodb/*read-response.ts', 'lambda/nocodb/*error*.ts', 'lambda/nocodb/records.ts'],
    tests: ['test/unit/nocodb/'],
  },
  { name: 'webhook', mutate: ['lambda/webhook/*.ts'], tests: ['test/unit/webhook/'] },
  { name: 'notify', mutate: ['lambda/notify/*.ts'], tests: ['test/unit/notify/'] },
];
