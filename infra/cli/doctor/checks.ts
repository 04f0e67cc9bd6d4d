import { SettingsError } from '../../../lambda/settings/settings-error.ts';
import { TrackerError } from '../../../lambda/tracker/errors.ts';

/** What a check found. Texts are sentences without a full stop. */
export type Finding =
  | { readonly outcome: 'ok'; readonly text: string }
  /** It works, but the reader may want to know. */
  | { readonly outcome: 'note'; readonly text: string; readonly hint: string }
  | { readonly outcome: 'fault'; readonly text: string; readonly hint: string };

/** One thing that has to be right for ticks to work. */
export interface Check {
  /** `Token` */
  readonly title: string;
  /** @returns more than one finding only when each of them is worth a line */
  run(): Promise<readonly Finding[]>;
}

/** A line of the doctor's report. */
export type ReportLine = { readonly check: string } & (Finding | { readonly outcome: 'skipped' });

/**
 * Runs checks one after another, each as soon as the one before it is done. After the first fault the others would only
 * repeat it: they are skipped.
 */
export async function* runChecks(checks: Iterable<Check>): AsyncGenerator<ReportLine> {
  let faulty = false;
  for (const { title: check, run } of checks) {
    if (faulty) {
      yield { check, outcome: 'skipped' };
      continue;
    }
    for (const finding of await findings(run)) {
      faulty ||= finding.outcome === 'fault';
      yield { check, ...finding };
    }
  }
}

async function findings(run: Check['run']): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof SettingsError) {
      return error.faults.map((fault) => ({
        outcome: 'fault',
        text: fault,
        hint: 'Set it in the environment or in the file .env',
      }));
    }
    if (!(error instanceof TrackerError)) throw error;
    return [{ outcome: 'fault', text: error.problem, hint: error.hint.replace(/\.$/, '') }];
  }
}
