import { parseArgs } from 'node:util';
import { INTERVAL_SECONDS } from '../../lambda/tracker/interval.ts';
import { alternatives } from './alternatives.ts';
import { billFor } from './bill.ts';
import { readDeployment } from './deployment.ts';
import { costReport } from './markdown.ts';
import { synthTemplate } from './synth.ts';
import { monthlyUsage } from './usage.ts';

const HELP = `What a month of the tracker costs on AWS, computed from the template that would be deployed.

npm run cost -- [--interval SECONDS] [--users N,N,…] [--json]

  --interval  seconds between two ticks, ${INTERVAL_SECONDS.min} to ${INTERVAL_SECONDS.max} (default ${INTERVAL_SECONDS.default})
  --users     users who always have a payment pending; 0: nothing is pending (default 0,300,10000)
  --json      every line of the bill, for programs`;

const { values } = parseArgs({
  options: {
    interval: { type: 'string', default: String(INTERVAL_SECONDS.default) },
    users: { type: 'string', default: '0,300,10000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const users = values.users.split(',').map(Number);
if (values.help) {
  console.log(HELP);
} else if (users.some((count) => !Number.isInteger(count) || count < 0)) {
  console.error(`--users ${values.users} is not a list of whole numbers.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const intervalSeconds = Number(values.interval);
  const deployment = readDeployment(synthTemplate(intervalSeconds));
  const columns = users.map((count) => ({
    users: count,
    bill: billFor(monthlyUsage(deployment, count)),
    alternatives: alternatives(intervalSeconds, count),
  }));
  console.log(
    values.json ? JSON.stringify({ deployment, columns }, null, 2) : costReport(intervalSeconds, columns),
  );
}
