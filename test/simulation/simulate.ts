import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { synthTemplate } from '../../infra/cost/deployment.ts';
import { replaceBlock } from '../bench/report/marked-block.ts';
import { alarmsOf } from '../support/alarms.ts';
import { formatReports } from './format-report.ts';
import { missedGoals } from './report.ts';
import { simulate } from './simulation.ts';
import { PROFILES } from './world/fault-profile.ts';
import { announcingMapping } from './world/stream-mapping.ts';

const NAMES = PROFILES.map(({ name }) => name).join('|');

const HELP = `Runs the tracker in simulated time, once for each profile of faults, and checks its goals.

  npm run simulate -- [--minutes 20000] [--seed N] [--interval 20] [--faults PROFILE] [--json] [--readme]

Profiles: ${NAMES}. Those with many payments run a small part of the minutes.
The domain, the conditions of the table's writes and the loop's definition are the real ones. A seed repeats a run
exactly; without one, each run has its own. --json prints the reports as JSON, --readme writes them into
test/simulation/README.md. The exit code is 1 when a goal is missed.`;

const README = join(import.meta.dirname, 'README.md');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    interval: { type: 'string', default: '20' },
    faults: { type: 'string', default: 'all' },
    json: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else await run();

async function run(): Promise<void> {
  const minutes = wholeNumber('minutes', values.minutes);
  const seed = wholeNumber('seed', values.seed);
  const intervalSeconds = wholeNumber('interval', values.interval);
  const profiles = PROFILES.filter(({ name }) => values.faults === 'all' || values.faults === name);
  if (profiles.length === 0)
    throw new RangeError(`--faults has to be one of ${NAMES}, not ${values.faults}.`);
  const resources = synthTemplate(intervalSeconds, { ownerField: 'TG ID' }).Resources;
  const [alarms, mapping] = [alarmsOf(resources), announcingMapping(resources)];
  const reports = [];
  for (const profile of profiles) {
    const part = Math.ceil(minutes * profile.shareOfMinutes);
    if (!values.json)
      console.error(`Simulating ${part} minutes of the profile ${profile.name} (seed ${seed}) …`);
    reports.push(await simulate({ profile, seed, minutes: part, intervalSeconds, alarms, mapping }));
  }
  const missed = reports.flatMap((report) =>
    missedGoals(report).map(({ goal, found }) => ({ profile: report.profile, goal, found })),
  );
  if (values.json) console.log(JSON.stringify({ reports, missed }, null, 2));
  else {
    console.log(formatReports(reports));
    for (const { profile, goal, found } of missed)
      console.error(`Missed in the profile ${profile}: ${goal}, found ${found}`);
    if (missed.length === 0) console.log('\nEvery goal is met.');
  }
  if (values.readme) {
    await writeFile(README, replaceBlock(await readFile(README, 'utf8'), 'simulate', formatReports(reports)));
  }
  process.exitCode = missed.length > 0 ? 1 : 0;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`--${name} has to be a whole number, not ${text}.`);
  return value;
}
