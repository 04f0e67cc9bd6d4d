import { join } from 'node:path';

/** The project's folder for installations and logs. Git ignores it; it can be deleted. */
export const CACHE = join(import.meta.dirname, '../../../.cache');
/** The default port of LocalStack. */
export const DEFAULT_PORT = 4566;

/** A running server with the API of LocalStack. */
export interface Emulator {
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string;
  /** The environment variables that a child process needs to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** For people: `MiniStack on http://127.0.0.1:4566 (its log: …)`. */
  readonly description: string;
  /** Whether this process started it. If so, it ends with this process, and everything that was deployed to it is lost. */
  readonly ours: boolean;
  /** Whether its Lambda functions run in containers. There, 127.0.0.1 is not this machine. */
  readonly containers: boolean;
  /** Resolves with the reason if it ends before `stop()` is called. Never resolves for an emulator that this process did not start. */
  readonly lost: Promise<string>;
  /** Ends it and everything it started. Does nothing to an emulator that this process did not start. */
  stop(): Promise<void>;
}
