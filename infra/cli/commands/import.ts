import { Command } from 'commander';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { EXIT_CODE, InterruptedError, UsageError } from '../console/errors.ts';
import { createProgressBar, plural } from '../console/terminal.ts';
import { describeFile, readImportFile, type UnderstoodFile } from '../import/read-file.ts';
import { DRY_RUN, describeImport, PaymentRegistration } from '../import/register-payments.ts';
import type { ImportBatch } from '../import/rows.ts';
import { unpaidRecords } from '../import/unpaid-records.ts';
import type { CommandContext, ToAction } from './context.ts';

interface ImportOptions {
  readonly fromNocodb?: true;
  readonly userField?: string;
  readonly recordField?: string;
  /** `false` with `--no-header`. */
  readonly header: boolean;
  readonly after?: string;
  readonly dryRun?: true;
}

/** `import FILE`, `import --from-nocodb` */
export function importCommand(toAction: ToAction): Command {
  return new Command('import')
    .summary('Track many payments: those in a file, or every unpaid record in NocoDB.')
    .description(DESCRIPTION)
    .argument('[FILE]', 'The file, or - for standard input; not with --from-nocodb.')
    .option('--from-nocodb', 'Import every unpaid record of the NocoDB table instead of a file.')
    .option(
      '--user-field <NAME>',
      `Column or field with the user id (default: by its name; from NocoDB: ${VARIABLES.ownerField}).`,
    )
    .option('--record-field <NAME>', 'Column of the file with the record id (default: by its name).')
    .option('--no-header', 'The first line of the CSV is a payment: user id, record id.')
    .option('--after <PLACE>', 'Start after this line of the CSV, entry of the JSON, or record id of NocoDB.')
    .option('--dry-run', 'Show how the file is understood and what would be tracked. Nothing is written.')
    .addHelpText('after', EXAMPLES)
    .action(
      toAction(async (context, file: string | undefined, options: ImportOptions) => {
        const source = await openSource(file, options, context);
        const { dryRun = false } = options;
        const { understood } = source;
        if (understood !== undefined && !context.json) context.err.write(`${describeFile(understood)}\n`);
        const registration = new PaymentRegistration(dryRun ? DRY_RUN : await context.payments());
        await register(source, registration, context);
        const report = registration.report();
        describeImport(report, context, { dryRun, understood });
        return report.bad.length + report.failed.length > 0 ? EXIT_CODE.failed : EXIT_CODE.done;
      }),
    );
}

const DESCRIPTION = `A file is CSV (commas, semicolons or tabs) or a JSON list of objects, in UTF-8 or in UTF-16 with a \
byte order mark. A header or keys such as userId, user_id, TG ID and recordId, record_id, Id are recognized. Without a \
header, the user id and the record id are the first two columns. The command shows how it understands the file, and \
refuses a file that can be understood in several ways.

Bad rows are reported with their line or entry, and the other rows are imported (exit code 1). It is safe to repeat: what is \
tracked stays tracked, what is paid stays paid. After Ctrl-C, the message says how to continue.`;

const EXAMPLES = `
Examples:
  payment-tracker import users.csv --dry-run
  payment-tracker import customers.csv --user-field Kunde --record-field Zahlung
  payment-tracker import users.json --json
  payment-tracker import --from-nocodb --user-field "TG ID"`;

interface Source {
  /** Number of rows. Absent if it is not known before the end. */
  readonly total?: number;
  readonly batches: Iterable<ImportBatch> | AsyncIterable<ImportBatch>;
  /** Absent for records of NocoDB. */
  readonly understood?: UnderstoodFile;
}

async function openSource(
  file: string | undefined,
  { fromNocodb, userField, recordField, header, after }: ImportOptions,
  context: CommandContext,
): Promise<Source> {
  if (fromNocodb) {
    if (file !== undefined) throw new UsageError('Either a file or --from-nocodb, not both', 'import');
    if (recordField !== undefined || !header) {
      throw new UsageError('--record-field and --no-header are for files, not for --from-nocodb', 'import');
    }
    const nocodb = context.nocodb();
    const ownerField = userField ?? nocodb.settings.ownerField;
    if (ownerField === undefined) {
      throw new UsageError('--user-field is missing: the field of NocoDB with the user id', 'import');
    }
    return { batches: unpaidRecords(nocodb, { userField: ownerField, after }) };
  }
  if (file === undefined) throw new UsageError('FILE is missing (or --from-nocodb)', 'import');
  if (after !== undefined && !/^\d+$/.test(after)) {
    throw new UsageError(`--after ${after} is not the number of a line or entry`, 'import');
  }
  if (!header && (userField !== undefined || recordField !== undefined)) {
    throw new UsageError('Either --no-header, or the names of columns, not both', 'import');
  }
  const bytes = await context.readFile(file);
  const name = file === '-' ? 'Standard input' : file;
  const options = { userField, recordField, noHeader: !header, after: Number(after ?? 0) };
  return readImportFile(name, bytes, options);
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
  const next = last === undefined ? 'Repeat it' : `Go on with --after ${Object.values(last)[0]}`;
  return new InterruptedError(
    `Interrupted after ${plural(done, 'row')}. ${next}; it is also safe to repeat the whole import.`,
  );
}
