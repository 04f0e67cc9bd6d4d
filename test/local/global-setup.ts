import type { TestProject } from 'vitest/node';
import { startEmulator } from '../../infra/local/emulator/start-emulator.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `http://127.0.0.1:41234`: an emulator of AWS, empty when the project's tests begin. */
    awsEndpoint: string;
  }
}

/** Starts an emulator of AWS for a project's tests, whatever else runs on this machine. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const emulator = await startEmulator({ name: `test-${project.name}`, report: (text) => console.log(text) });
  project.provide('awsEndpoint', emulator.endpoint);
  return () => emulator.stop();
}
