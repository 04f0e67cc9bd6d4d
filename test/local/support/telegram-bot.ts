import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { awsEnvironment } from '../../../infra/local/emulator/aws-environment.ts';
import { installPythonPackages } from './python.ts';

const FOLDER = join(import.meta.dirname, '../../../lambda/bot/telegram');

/** The example bots: the programs that are started. */
export const BOTS = ['bot.ts', 'bot.py'] as const;

export type BotName = (typeof BOTS)[number];

export interface BotOptions {
  /** Of DynamoDB. */
  readonly endpoint: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** A process of a bot. */
export interface RunningBot {
  /** What it has printed so far. */
  readonly output: string;
  /** Ends it as a crash does, at once. */
  kill(): Promise<void>;
  terminate(): void;
  /** Resolves with its exit code, or with the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** A bot with its own file of orders, which its processes share one after the other. */
export async function installBot(name: BotName, { endpoint, variables }: BotOptions) {
  const file = name === 'bot.py' ? await installPythonPackages() : process.execPath;
  const folder = await mkdtemp(join(tmpdir(), 'telegram-bot-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return {
    start(): RunningBot {
      const child = spawn(file, [join(FOLDER, name)], {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          PYTHONDONTWRITEBYTECODE: '1',
          ...awsEnvironment(endpoint),
          ASK_EVERY_SECONDS: '0.2',
          ...variables,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          output += chunk;
        });
      }
      const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
      const kill = async () => {
        child.kill('SIGKILL');
        await ended;
      };
      onTestFinished(kill);
      return {
        get output() {
          return output;
        },
        kill,
        terminate: () => void child.kill('SIGTERM'),
        ended,
      };
    },
  };
}
