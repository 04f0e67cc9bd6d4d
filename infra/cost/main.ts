import { parseArgs } from 'node:util';
import { INTERVAL_SECONDS } from '../../lambda/settings/settings.ts';
import { monthlyCost } from './bill.ts';
import { costReport } from './markdown.ts';

const HELP = `Computes the monthly cost of the tracker on AWS from the template that would be deployed.

npm run cost -- [--interval SECONDS] [--users N,N,…] [--json]

  --interval  seconds between two ticks, ${INTERVAL_SECONDS.min} to ${INTERVAL_SECONDS.max} (default ${INTERVAL_SECONDS.default})
  --users     users who always have a payment pending; 0: nothing is pending (default 0,300,10000,100000,1000000)
  --json      every line of the bill, for programs`;

const OPTIONS = {
  interval: { type: 'string', default: String(INTERVAL_SECONDS.default) },
  users: { type: 'string', default: '0,300,10000,100000,1000000' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

// Not strict: that would throw an error with a stack trace.
const { values, tokens } = parseArgs({
  options: OPTIONS,
  strict: false,
  allowPositionals: true,
  tokens: true,
});

const unknown = tokens.find((token) => token.kind !== 'option' || !(token.name in OPTIONS));
const users = String(values.users).split(',').map(Number);
const intervalSeconds = Number(values.interval);

if (values.help === true) {
  console.log(HELP);
} else if (unknown !== undefined) {
  refuse(`${process.argv[unknown.index + 2]} is not an option of this command`);
} else if (users.some((count) => !Number.isInteger(count) || count < 0)) {
  refuse(`--users ${values.users} is not a list of whole numbers`);
} else if (!isInterval(intervalSeconds)) {
  refuse(
    `--interval ${values.interval} is not a whole number of seconds from ${INTERVAL_SECONDS.min} to ${INTERVAL_SECONDS.max}`,
  );
} else {
  const { deployment, columns } = monthlyCost(intervalSeconds, users);
  console.log(
    values.json ? JSON.stringify({ deployment, columns }, null, 2) : costReport(intervalSeconds, columns),
  );
}

function isInterval(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= INTERVAL_SECONDS.min && seconds <= INTERVAL_SECONDS.max;
}

function refuse(fault: string): void {
  console.error(`${fault}.\n\n${HELP}`);
  process.exitCode = 2;
}
