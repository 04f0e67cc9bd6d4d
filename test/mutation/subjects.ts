/** A part of the code that is mutated, and the tests that must notice. */
export interface Subject {
  readonly name: string;
  /** Globs of source files. */
  readonly mutate: readonly string[];
  /** Files that these globs match, but that are not mutated. @default none */
  readonly except?: readonly string[];
  /** Folders or files of tests. The fewer, the sooner a mutant is done. */
  readonly tests: readonly string[];
  /** Files with DynamoDB's expressions, of which there are more mutants than Stryker makes. @default none */
  readonly expressions?: readonly string[];
  /** Whether the tests use DynamoDB on an emulator. @default false */
  readonly emulator?: boolean;
}

/** What decides about money: what a tick asks, how answers are read, and the conditions of writes. */
export const SUBJECTS: readonly Subject[] = [
  {
    name: 'tracker',
    mutate: ['lambda/tracker/*.ts'],
    tests: ['test/unit/tracker/', 'test/unit/webhook/confirm-reported.test.ts'],
  },
  {
    name: 'conditions',
    mutate: ['lambda/table/conditions.ts', 'lambda/notify/paid-payments.ts'],
    expressions: ['lambda/table/conditions.ts', 'lambda/notify/paid-payments.ts'],
    tests: [
      'test/table/control-item.test.ts',
      'test/table/payment-store.test.ts',
      'test/table/pending-payments.test.ts',
      'test/table/rest-state-item.test.ts',
      'test/table/pending-index.test.ts',
      'test/table/reported-payments.test.ts',
      'test/table/paid-payments.test.ts',
    ],
    emulator: true,
  },
  {
    name: 'nocodb',
    mutate: ['lambda/nocodb/{read-response,error-response,errors,bulk-list,dialect-v2,dialect-v3}.ts'],
    tests: ['test/unit/nocodb/'],
  },
  { name: 'webhook', mutate: ['lambda/webhook/*.ts'], tests: ['test/unit/webhook/'] },
  {
    name: 'notify',
    mutate: ['lambda/notify/*.ts'],
    except: ['lambda/notify/paid-payments.ts'],
    tests: ['test/unit/notify/'],
  },
  { name: 'post', mutate: ['lambda/post/*.ts'], tests: ['test/unit/post/'] },
];
