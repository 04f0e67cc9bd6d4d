import { SettingsError } from '../../../lambda/settings/settings-error.ts';
import { TrackerError } from '../../../lambda/tracker/errors.ts';

/** Result of a check. Texts are sentences without a full stop. */
export type Finding =
  | { readonly outcome: 'ok'; readonly text: string }
  /** It works, but not as well as it can. */
  | { readonly outcome: 'note'; readonly text: string; readonly hint: string }
  | { readonly outcome: 'fault'; readonly text: string; readonly hint: string };

/** Something that ticks need. */
export interface Check {
  /** One or two words: `Token`. */
  readonly title: string;
  /** @returns the findings, one line of the report each */
  run(): Promise<readonly Finding[]>;
}

/** A line of the report. */
export type ReportLine = { readonly check: string } & (Finding | { readonly outcome: 'skipped' });

/**
 * Runs checks one after another, and skips those after the first fault: each check depends on the ones before it.
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
