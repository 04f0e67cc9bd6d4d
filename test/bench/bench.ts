import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBench } from './format-bench.ts';
import { replaceBlock } from './marked-block.ts';
import { delayPlot } from './plot/delay-plot.ts';
import { requestsPlot } from './plot/requests-plot.ts';
import { FULL, QUICK, runBench } from './run-bench.ts';
import { missedTargets } from './targets.ts';

const HELP = `Measures the tracker beside polling for each user, on the real NocoDB if it is installed
(npm run test:nocodb installs it), or else on the demo NocoDB.

  npm run bench -- [--quick] [--json] [--readme]

  --quick   few users and payments; writes nothing
  --json    prints the figures as JSON
  --readme  also writes the figures into test/bench/README.md

Writes test/bench/results/bench.md and the plots beside it. The exit code is 1 when a target is missed.`;

const RESULTS = join(import.meta.dirname, 'results');
const README = join(import.meta.dirname, 'README.md');

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else await run();

async function run(): Promise<void> {
  const figures = await runBench(values.quick ? QUICK : FULL, (progress) => console.error(`${progress} …`));
  const markdown = formatBench(figures);
  console.log(values.json ? JSON.stringify(figures, null, 2) : markdown);
  if (!values.quick) {
    await mkdir(RESULTS, { recursive: true });
    await writeFile(
      join(RESULTS, 'bench.md'),
      `# Figures of the bench\n\n${markdown.replaceAll('(results/', '(')}\n`,
    );
    const [first] = figures.comparisons;
    const oneKind = figures.comparisons.filter(({ kind }) => kind === first?.kind);
    await writeFile(join(RESULTS, 'requests.svg'), requestsPlot(oneKind));
    await writeFile(join(RESULTS, 'delay.svg'), delayPlot(figures.simulation));
  }
  if (values.readme) {
    await writeFile(README, replaceBlock(await readFile(README, 'utf8'), 'bench', markdown));
  }
  for (const missed of missedTargets(figures)) {
    console.error(`Missed: ${missed}`);
    process.exitCode = 1;
  }
}
