import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceBlock } from '../bench/marked-block.ts';
import { formatReports } from './format-report.ts';
import { missedGoals } from './report.ts';
import { simulate } from './simulation.ts';
import { BAD, FAIR } from './world/weather.ts';

const HELP = `Runs the tracker through fair and bad weather in simulated time, and checks its promises.

  npm run simulate -- [--minutes 20000] [--seed N] [--interval 20] [--weather fair|bad] [--json] [--readme]

The domain, the conditions of the table's writes and the loop's definition are the real ones. A seed repeats a run
exactly; without one, each run has its own. --json prints the reports as JSON, --readme writes them into
test/simulation/README.md. The exit code is 1 when a goal is missed.`;

const README = join(import.meta.dirname, 'README.md');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    interval: { type: 'string', default: '20' },
    weather: { type: 'string', default: 'both' },
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
  const weathers = [FAIR, BAD].filter(({ name }) => values.weather === 'both' || values.weather === name);
  if (weathers.length === 0) throw new RangeError(`--weather has to be fair or bad, not ${values.weather}.`);
  const reports = [];
  for (const weather of weathers) {
    if (!values.json)
      console.error(`Simulating ${minutes} minutes of ${weather.name} weather (seed ${seed}) …`);
    reports.push(await simulate({ weather, seed, minutes, intervalSeconds }));
  }
  const missed = reports.flatMap((report) =>
    missedGoals(report).map(({ goal, found }) => ({ weather: report.weather, goal, found })),
  );
  if (values.json) console.log(JSON.stringify({ reports, missed }, null, 2));
  else {
    console.log(formatReports(reports));
    for (const { weather, goal, found } of missed)
      console.error(`Missed in ${weather} weather: ${goal}, found ${found}`);
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
