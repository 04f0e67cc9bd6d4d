import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bootstrap } from '../../infra/local/deployment/deploy.ts';
import { CACHE } from '../../infra/local/emulator/emulator.ts';
import { startEmulator } from '../../infra/local/emulator/start-emulator.ts';
import { runCommand } from '../../infra/local/process/run-command.ts';

/** Bootstraps the CDK in the project's emulator, before several tests deploy to it at the same time. */
export default async function setup(project: TestProject): Promise<void> {
  const emulator = await startEmulator({ endpoint: project.getProvidedContext().awsEndpoint });
  const folder = await mkdtemp(join(tmpdir(), 'payment-tracker-'));
  try {
    const logFile = join(CACHE, `cdk-bootstrap-${project.name}.log`);
    await bootstrap(emulator, { run: runCommand, logFile, folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}
