import type { TestProject } from 'vitest/node';
import type {} from '../local/global-setup.ts';

/** Hands the emulator that the whole run uses to the tests of one mutant. */
export default function setup(project: TestProject): void {
  const { MUTATION_AWS_ENDPOINT: endpoint } = process.env;
  if (endpoint !== undefined) project.provide('awsEndpoint', endpoint);
}
