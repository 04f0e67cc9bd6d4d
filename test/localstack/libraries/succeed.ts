import { StartError } from '../../../infra/local/errors/start-error.ts';
import type { ProcessCommand, RunCommand } from '../../../infra/local/process/run-command.ts';

/** Runs a command. @throws {StartError} with its message, if it fails */
export async function succeed(run: RunCommand, command: ProcessCommand): Promise<void> {
  const { code, output } = await run(command);
  if (code === 0) return;
  const lines = output.trim().split('\n');
  const message = lines.find((line) => /error/i.test(line)) ?? lines.at(-1);
  throw new StartError(
    `${command.file} could not bring a part of LocalStack (${message?.trim()})`,
    `Check the network and the settings of ${command.file} (a proxy, a mirror, certificates).`,
  );
}
