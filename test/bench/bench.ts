import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FULL, QUICK, runBench } from './measure/run-bench.ts';
import { FULL_SCALE, QUICK_SCALE, runScale } from './measure/run-scale.ts';
import { delayPlot } from './plot/delay-plot.ts';
import { requestsPlot } from './plot/requests-plot.ts';
import { formatBench } from './report/format-bench.ts';
import { formatScale } from './report/format-scale.ts';
import { replaceBlock } from './report/marked-block.ts';
import { missedBenchTargets, missedScaleTargets } from './targets.ts';

const HELP = `Measures the tracker and polling for each user, on the real NocoDB if it is installed
(npm run test:nocodb installs it), otherwise on the demo NocoDB. Then measures ticks with many
pending payments on DynamoDB Local, if there is Java 17 and Maven.

  npm run bench -- [--scale] [--million] [--quick] [--json] [--readme]

  --scale    measures only the second part
  --million  also measures 1,000,000 pending payments; needs 10 minutes and 4 GB of memory
  --quick    few users and payments; writes nothing
  --json     prints the figures as JSON
  --readme   also writes the figures into test/bench/README.md

Writes test/bench/results/bench.md, results/scale.md and the plots. The exit code is 1 when a target
is missed.`;

const RESULTS = join(import.meta.dirname, 'results');
const README = join(import.meta.dirname, 'README.md');

const { values } = parseArgs({
  options: {
    scale: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else await run();

async function run(): Promise<void> {
  if (!values.scale) await measureBench();
  await measureScale();
}

async function measureBench(): Promise<void> {
  const figures = await runBench(values.quick ? QUICK : FULL, report);
  await publish('bench', figures, formatBench(figures));
  if (!values.quick) {
    const [first] = figures.comparisons;
    const oneKind = figures.comparisons.filter(({ kind }) => kind === first?.kind);
    await writeFile(join(RESULTS, 'requests.svg'), requestsPlot(oneKind));
    await writeFile(join(RESULTS, 'delay.svg'), delayPlot(figures.simulation));
  }
  reportMissed(missedBenchTargets(figures));
}

async function measureScale(): Promise<void> {
  const size = values.quick ? QUICK_SCALE : FULL_SCALE;
  const pending = values.million ? [...size.pending, 1_000_000] : size.pending;
  const figures = await runScale({ ...size, pending }, report);
  await publish('scale', figures, formatScale(figures));
  if (figures !== undefined) reportMissed(missedScaleTargets(figures));
}

/** Prints a part of the figures and, as the options say, writes it into its file and into the README. */
async function publish(part: 'bench' | 'scale', figures: unknown, markdown: string): Promise<void> {
  console.log(values.json ? JSON.stringify(figures, null, 2) : markdown);
  if (!values.quick) {
    await mkdir(RESULTS, { recursive: true });
    const text = `# Figures of the bench\n\n${markdown.replaceAll('(results/', '(')}\n`;
    await writeFile(join(RESULTS, `${part}.md`), text);
  }
  if (values.readme) await writeFile(README, replaceBlock(await readFile(README, 'utf8'), part, markdown));
}

function report(progress: string): void {
  console.error(`${progress} …`);
}

function reportMissed(targets: readonly string[]): void {
  for (const missed of targets) {
    console.error(`Missed: ${missed}`);
    process.exitCode = 1;
  }
}
