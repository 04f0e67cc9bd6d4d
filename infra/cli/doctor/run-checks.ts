import { TrackerError } from '../../../lambda/tracker/errors.ts';
import { SettingsError } from '../../../lambda/tracker/settings-error.ts';
import type { Check, Finding, ReportLine } from './check.ts';

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
        wayOut: 'Set it in the environment or in the file .env',
      }));
    }
    if (!(error instanceof TrackerError)) throw error;
    return [{ outcome: 'fault', text: error.problem, wayOut: error.wayOut.replace(/\.$/, '') }];
  }
}
