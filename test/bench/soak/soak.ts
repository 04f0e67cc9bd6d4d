import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceBlock } from '../report/marked-block.ts';
import { formatSoak } from './format-soak.ts';
import { faultsOf } from './judge.ts';
import { runSoak } from './run-soak.ts';

const HELP = `Runs the whole stack on the local emulator for a long time, and checks that nothing grows and nothing is lost.

  npm run soak -- [--minutes 30] [--pending 10000] [--interval 5] [--json] [--readme]

  --json    prints the result as JSON
  --readme  also writes the result into test/bench/README.md

Writes test/bench/results/soak.md. The exit code is 1 when something is found wrong.`;

const RESULTS = join(import.meta.dirname, '../results');
const README = join(import.meta.dirname, '../README.md');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    pending: { type: 'string', default: '10000' },
    interval: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else await run();

async function run(): Promise<void> {
  const options = {
    minutes: Number(values.minutes),
    pending: Number(values.pending),
    intervalSeconds: Number(values.interval),
  };
  const report = await runSoak(options, (progress) =>
    console.error(`${new Date().toISOString()} ${progress}`),
  );
  const markdown = formatSoak(report);
  console.log(values.json ? JSON.stringify(report, null, 2) : markdown);
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, 'soak.md'), `# The last soak\n\n${markdown}\n`);
  if (values.readme) await writeFile(README, replaceBlock(await readFile(README, 'utf8'), 'soak', markdown));
  const faults = faultsOf(report);
  for (const fault of faults) console.error(`Wrong: ${fault}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
