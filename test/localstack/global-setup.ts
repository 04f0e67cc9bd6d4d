import type { TestProject } from 'vitest/node';
import { startLocalStack } from './start.ts';

/** Starts LocalStack for a project's tests, as `test/local/global-setup.ts` starts MiniStack. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { endpoint, stop } = await startLocalStack({
    name: `test-${project.name}`,
    report: (text) => console.log(text),
  });
  project.provide('awsEndpoint', endpoint);
  return stop;
}
