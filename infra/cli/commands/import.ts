import { VARIABLES as NOCODB_VARIABLES } from '../../../lambda/settings/settings.ts';
import { defineCommand, type OptionValues } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODE, InterruptedError, UsageError } from '../errors.ts';
import type { ImportBatch } from '../import/read-file.ts';
import { readImportFile } from '../import/read-file.ts';
import { describeImport, PaymentRegistration } from '../import/register-payments.ts';
import { unpaidRecords } from '../import/unpaid-records.ts';
import { createProgressBar } from '../terminal.ts';

const OPTIONS = {
  'from-nocodb': {
    type: 'boolean',
    help: 'Import every unpaid record of the NocoDB table instead of a file.',
  },
  'user-field': {
    type: 'string',
    value: 'NAME',
    help: `Column or field with the user id (default: by its name; from NocoDB: ${NOCODB_VARIABLES.ownerField}).`,
  },
  after: {
    type: 'string',
    value: 'PLACE',
    help: 'Go on after this line of the file, or this record id of NocoDB.',
  },
} as const;

interface Source {
  /** Absent: not known before the end. */
  readonly total?: number;
  readonly batches: Iterable<ImportBatch> | AsyncIterable<ImportBatch>;
}

/** `import FILE`, `import --from-nocodb` */
export const importCommand = defineCommand({
  name: 'import',
  summary: 'Track many payments: those in a file, or everybody who has not paid in NocoDB.',
  details: [
    'A file is CSV (commas, semicolons or tabs) or a JSON list of objects. A header or keys such as userId, user_id, TG ID\nand recordId, record_id, Id are recognized; without a header, the user id and the record id come first.',
    'Bad rows are reported with their line, and the others imported (exit code 1). It may be repeated at any time: what is\ntracked stays tracked, what is paid stays paid. After Ctrl-C it tells how to go on.',
  ],
  arguments: { file: { help: 'The file; not with --from-nocodb.', optional: true } },
  options: OPTIONS,
  examples: ['import users.csv', 'import users.json --json', 'import --from-nocodb --user-field "TG ID"'],
  async run({ arguments: { file }, options }, context) {
    const source = await openSource(file, options, context);
    const registration = new PaymentRegistration(await context.payments());
    await register(source, registration, context);
    const report = registration.report();
    describeImport(report, context);
    return report.bad.length + report.failed.length > 0 ? EXIT_CODE.failed : EXIT_CODE.done;
  },
});

async function openSource(
  file: string | undefined,
  options: OptionValues<typeof OPTIONS>,
  context: CommandContext,
): Promise<Source> {
  const { after } = options;
  if (options['from-nocodb']) {
    if (file !== undefined) throw new UsageError('Either a file or --from-nocodb, not both', 'import');
    const nocodb = context.nocodb();
    const userField = options['user-field'] ?? nocodb.settings.ownerField;
    if (userField === undefined) {
      throw new UsageError('--user-field is missing: the field of NocoDB with the user id', 'import');
    }
    return { batches: unpaidRecords(nocodb, { userField, after }) };
  }
  if (file === undefined) throw new UsageError('FILE is missing (or --from-nocodb)', 'import');
  if (after !== undefined && !/^\d+$/.test(after)) {
    throw new UsageError(`--after ${after} is not the number of a line`, 'import');
  }
  const text = await context.readText(file);
  return readImportFile(file, text, { userField: options['user-field'], after: Number(after ?? 0) });
}

async function register(
  { batches, total }: Source,
  registration: PaymentRegistration,
  { err, catchInterrupt }: CommandContext,
): Promise<void> {
  const signal = catchInterrupt();
  const bar = createProgressBar(err, total === undefined ? 'records' : 'rows');
  try {
    for await (const batch of batches) {
      if (signal.aborted) throw interrupted(registration);
      await registration.add(batch);
      bar.show(registration.done, total);
    }
  } finally {
    bar.clear();
  }
}

function interrupted({ done, last }: PaymentRegistration): InterruptedError {
  const goOn =
    last === undefined ? 'Repeat it' : `Go on with --after ${'line' in last ? last.line : last.record}`;
  return new InterruptedError(
    `Interrupted after ${done} rows. ${goOn}; to repeat all of it does no harm either.`,
  );
}
