import { Command } from 'commander';
import { describeTable } from '../../../lambda/tracker/watched-table.ts';
import { CommandError, EXIT_CODE, UsageError } from '../console/errors.ts';
import { formatCount, print } from '../console/terminal.ts';
import type { ToAction } from './context.ts';

/** `accept-table`: people agree that all payments belong to the NocoDB table that the tracker watches now. */
export function acceptTableCommand(toAction: ToAction): Command {
  return new Command('accept-table')
    .summary('Let the current NocoDB table confirm payments that were tracked for another one.')
    .description(
      'After NOCODB_TABLE_ID has changed, the tracker holds the pending payments that were tracked before: in the new table, the records with the same ids may be about other payments. Accept the table only if it has the same records, for example because it was moved. It needs the right to write the control item. The next tick confirms what is paid.',
    )
    .option('--yes', 'Do not ask.')
    .addHelpText('after', EXAMPLES)
    .action(
      toAction(async (context, { yes = false }: { readonly yes?: boolean }) => {
        const tables = await context.watchedTables();
        const seen = await tables.watched();
        const { watched = [], held = 0 } = seen;
        const [current, ...before] = watched.toReversed();
        if (current === undefined) {
          throw new CommandError('No tick has watched a NocoDB table yet', 'Run tick, and then stats.');
        }
        const name = describeTable(current);
        if (before.length === 0) {
          const text = `Every payment belongs to the table ${name} already`;
          print(context, { accepted: false, table: current.table, held }, text);
          return EXIT_CODE.done;
        }
        const others = [...new Set(before.map(describeTable))].join(' or ');
        context.err.write(
          `The tracker watches the table ${name}. As of its last sweep, it holds ${formatCount(held)} payments that were tracked for ${others}. From now on, a paid record of ${name} confirms the payment with its id.\n`,
        );
        if (!yes && !(await ask(context))) {
          print(context, { accepted: false, table: current.table, held }, 'Nothing was changed');
          return EXIT_CODE.failed;
        }
        if (!(await tables.acceptTable(seen))) {
          throw new CommandError('The settings of the tracker have changed meanwhile', 'Run it again.');
        }
        const text = `✔ All payments belong to the table ${name}; the next tick confirms those that are paid`;
        print(context, { accepted: true, table: current.table, held }, text);
        return EXIT_CODE.done;
      }),
    );
}

async function ask({ askYesNo }: { askYesNo?: (question: string) => Promise<boolean> }): Promise<boolean> {
  if (askYesNo === undefined) throw new UsageError('Nobody can be asked here: pass --yes', 'accept-table');
  return askYesNo('Does it have the same records? [y/N] ');
}

const EXAMPLES = `
Examples:
  payment-tracker accept-table
  payment-tracker accept-table --yes --json`;
