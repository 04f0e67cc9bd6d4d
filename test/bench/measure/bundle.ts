import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PaymentTrackerStack } from '../../../infra/constructs/payment-tracker-stack.ts';
import { repeat, type Sample, sampleOf } from './sample.ts';

const STARTS = 20;

/** The tick function's bundle, as `cdk deploy` uploads it. */
export interface BundleMeasurement {
  /** The module alone: its source map is read only for a stack trace. */
  readonly bytes: number;
  readonly gzippedBytes: number;
  /** Until the handler can be called, in a fresh `node` process; milliseconds. The start of `node` is not in it. */
  readonly initMilliseconds: Sample;
  /** The whole process: start of `node`, init, end. */
  readonly processMilliseconds: Sample;
  readonly starts: number;
}

const NOCODB = { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23' };

/** Variables that the bundle needs to start. It connects to nothing when it starts. */
const VARIABLES = {
  PAYMENT_TABLE_NAME: 'Payments',
  TRACKER_NAME: 'bench',
  NOCODB_API_URL: NOCODB.apiUrl,
  NOCODB_TABLE_ID: NOCODB.tableId,
  AWS_REGION: 'eu-central-1',
};

/**
 * Synthesizes the stack and starts its tick function's bundle many times.
 *
 * @param outdir an empty folder for the assembly
 */
export async function measureBundle(outdir: string): Promise<BundleMeasurement> {
  const bundle = bundleTickFunction(outdir);
  // The function may print something while it starts; the time is on the last line.
  const script = `const begin = performance.now(); import(${JSON.stringify(pathToFileURL(bundle).href)})
    .then(() => process.stdout.write('\\n' + (performance.now() - begin)))`;
  const starts = await repeat(STARTS, async () => {
    const begin = performance.now();
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      env: VARIABLES,
    });
    const whole = performance.now() - begin;
    const init = Number(stdout.split('\n').at(-1) || Number.NaN);
    if (Number.isNaN(init)) throw new Error(`The tick function's bundle did not start: ${stderr}`);
    return { init, whole };
  });
  const content = readFileSync(bundle);
  return {
    bytes: content.length,
    gzippedBytes: gzipSync(content).length,
    initMilliseconds: sampleOf(starts.map(({ init }) => init)),
    processMilliseconds: sampleOf(starts.map(({ whole }) => whole)),
    starts: STARTS,
  };
}

function bundleTickFunction(outdir: string): string {
  const app = new App({ outdir });
  const stack = new PaymentTrackerStack(app, 'Bench', { tracker: { nocodb: NOCODB } });
  const { directory } = app.synth();
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function');
  const tick = Object.entries(functions).find(([id]) => /Tick/.test(id))?.[1];
  if (tick === undefined) throw new Error(`There is no tick function: ${Object.keys(functions).join(', ')}`);
  return join(directory, `asset.${tick.Properties.Code.S3Key.replace('.zip', '')}`, 'index.mjs');
}
