import { Command } from 'commander';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { EXIT_CODE, InterruptedError, UsageError } from '../console/errors.ts';
import { createProgressBar } from '../console/terminal.ts';
import { readImportFile } from '../import/read-file.ts';
import { describeImport, PaymentRegistration } from '../import/register-payments.ts';
import type { ImportBatch } from '../import/rows.ts';
import { unpaidRecords } from '../import/unpaid-records.ts';
import type { CommandContext, ToAction } from './context.ts';

interface ImportOptions {
  readonly fromNocodb?: true;
  readonly userField?: string;
  readonly after?: string;
}

/** `import FILE`, `import --from-nocodb` */
export function importCommand(toAction: ToAction): Command {
  return new Command('import')
    .summary('Track many payments: those in a file, or every unpaid record in NocoDB.')
    .description(DESCRIPTION)
    .argument('[FILE]', 'The file; not with --from-nocodb.')
    .option('--from-nocodb', 'Import every unpaid record of the NocoDB table instead of a file.')
    .option(
      '--user-field <NAME>',
      `Column or field with the user id (default: by its name; from NocoDB: ${VARIABLES.ownerField}).`,
    )
    .option('--after <PLACE>', 'Start after this line of the file, or after this record id of NocoDB.')
    .addHelpText('after', EXAMPLES)
    .action(
      toAction(async (context, file: string | undefined, options: ImportOptions) => {
        const source = await openSource(file, options, context);
        const registration = new PaymentRegistration(await context.payments());
        await register(source, registration, context);
        const report = registration.report();
        describeImport(report, context);
        return report.bad.length + report.failed.length > 0 ? EXIT_CODE.failed : EXIT_CODE.done;
      }),
    );
}

const DESCRIPTION = `A file is CSV (commas, semicolons or tabs) or a JSON list of objects. A header or keys such as \
userId, user_id, TG ID and recordId, record_id, Id are recognized. Without a header, the user id and the record id are \
the first two columns.

Bad rows are reported with their line, and the other rows are imported (exit code 1). It is safe to repeat: what is \
tracked stays tracked, what is paid stays paid. After Ctrl-C, the message says how to continue.`;

const EXAMPLES = `
Examples:
  payment-tracker import users.csv
  payment-tracker import users.json --json
  payment-tracker import --from-nocodb --user-field "TG ID"`;

interface Source {
  /** Number of rows. Absent if it is not known before the end. */
  readonly total?: number;
  readonly batches: Iterable<ImportBatch> | AsyncIterable<ImportBatch>;
}

async function openSource(
  file: string | undefined,
  { fromNocodb, userField: namedField, after }: ImportOptions,
  context: CommandContext,
): Promise<Source> {
  if (fromNocodb) {
    if (file !== undefined) throw new UsageError('Either a file or --from-nocodb, not both', 'import');
    const nocodb = context.nocodb();
    const userField = namedField ?? nocodb.settings.ownerField;
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
  return readImportFile(file, text, { userField: namedField, after: Number(after ?? 0) });
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
  const next =
    last === undefined ? 'Repeat it' : `Go on with --after ${'line' in last ? last.line : last.record}`;
  return new InterruptedError(
    `Interrupted after ${done} rows. ${next}; it is also safe to repeat the whole import.`,
  );
}
