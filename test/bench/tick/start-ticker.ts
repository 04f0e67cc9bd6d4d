import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TickerOptions, TickFigures, TickOrder } from './protocol.ts';

/** The heap that V8 takes by default in a function with 256 MB of memory; megabytes. */
const HEAP = 128;

/** Runs ticks in a separate process. */
export interface Ticker {
  readonly pid: number;
  /** @throws {Error} when the tick does */
  tick(order?: TickOrder): Promise<TickFigures>;
  stop(): Promise<void>;
}

/**
 * Bundles the ticker as the stack bundles its functions.
 *
 * @returns the bundle's path
 */
export async function bundleTicker(folder: string): Promise<string> {
  const outfile = join(folder, 'ticker.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('ticker.ts', import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}

/** Starts a ticker from its bundle. */
export async function startTicker(bundle: string, options: TickerOptions): Promise<Ticker> {
  const child = fork(bundle, { execArgv: [`--max-old-space-size=${HEAP}`] });
  child.send(options);
  await messageOf(child);
  return {
    pid: child.pid as number,
    async tick(order = { audit: false }) {
      child.send(order);
      const answer = (await messageOf(child)) as { figures: TickFigures } | { error: string };
      if ('error' in answer) throw new Error(`The tick failed: ${answer.error}`);
      return answer.figures;
    },
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const early = new AbortController();
  const failure = once(child, 'exit', { signal: early.signal }).then(([code]) => {
    throw new Error(`The ticker ended with code ${code}; its output is above.`);
  });
  const [message] = await Promise.race([once(child, 'message'), failure]);
  failure.catch(() => {}); // Aborted below, which rejects it.
  early.abort();
  return message;
}
