import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reportFailure, StartError } from '../../infra/local/errors/start-error.ts';
import { formatLogLine } from '../../infra/local/log/follow-log.ts';
import { INTERVAL_SECONDS } from '../../lambda/settings/settings.ts';
import { connect } from './account.ts';
import { findLeftovers } from './leftovers.ts';
import { formatReport } from './report.ts';
import { testAccount } from './test-account.ts';

const HELP = `Deploys the tracker to the AWS account that the environment is configured for, runs it, measures it and removes it.

  npm run test:aws -- [--minutes 10] [--payments 10] [--interval ${INTERVAL_SECONDS.default}] [--stack NAME]

  --minutes   how long the ticks are measured
  --payments  how many payments are measured, by tick and by webhook
  --stack     name of the stack, which must not exist

NocoDB is the one that NOCODB_API_URL, NOCODB_TABLE_ID and NOCODB_API_TOKEN name, or else a demo NocoDB in a Lambda
function. With AWS_ENDPOINT_URL, it runs on an emulator. The CDK must be bootstrapped in the account.`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    payments: { type: 'string', default: '10' },
    interval: { type: 'string', default: String(INTERVAL_SECONDS.default) },
    stack: { type: 'string', default: `PaymentTrackerTest-${randomBytes(3).toString('hex')}` },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const envFile = join(import.meta.dirname, '../../.env');
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      say(`${signal}: removing what was deployed, which takes some minutes`);
      end.abort(
        new StartError(`Ended by ${signal}`, 'Everything was removed, unless an error above says otherwise.'),
      );
    });
  }
  const account = await connect(process.env);
  const started = new AsyncDisposableStack();
  try {
    const report = await testAccount(account, {
      stackName: values.stack,
      minutes: Number(values.minutes),
      payments: Number(values.payments),
      intervalSeconds: Number(values.interval),
      signal: end.signal,
      started,
      say,
    });
    console.log(`\n${formatReport(report)}\n`);
  } catch (error) {
    reportFailure(error);
  }
  say('removing everything');
  await started.disposeAsync().catch(reportFailure);
  const leftovers = await findLeftovers(account, values.stack);
  for (const leftover of leftovers)
    reportFailure(new StartError(`${leftover} is still there`, 'Delete it by hand.'));
  if (leftovers.length === 0) say('nothing is left');
}

function say(text: string): void {
  console.log(formatLogLine({ at: Date.now(), text }));
}

if (values.help) console.log(HELP);
else await main();
