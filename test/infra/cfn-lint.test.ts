import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { PaymentTrackerStack } from '../../infra/constructs/payment-tracker-stack.ts';
import { installCfnLint, type Lint } from './cfn-lint/cfn-lint.ts';
import { createApp, EVERYTHING, NOCODB } from './support/synth.ts';

let lint: Lint;

beforeAll(async () => {
  lint = await installCfnLint();
}, 300_000);

/** The template files of two stacks: as `cdk deploy` deploys it by default, and with all that can be switched on. */
function synthesize(): [string, string] {
  const app = createApp();
  const plain = new PaymentTrackerStack(app, 'Plain', { tracker: { nocodb: NOCODB } });
  const everything = new PaymentTrackerStack(app, 'Everything', { demo: true, tracker: EVERYTHING });
  const assembly = app.synth();
  const fileOf = ({ artifactId }: PaymentTrackerStack) =>
    assembly.getStackArtifact(artifactId).templateFullPath;
  return [fileOf(plain), fileOf(everything)];
}

it('nothing in the template contradicts the schemas of AWS, with all that can be switched on and without', async () => {
  expect(await lint(synthesize())).toEqual([]);
}, 120_000);

it('a property that AWS does not know, and a value that it refuses, would be found', async () => {
  const [file] = synthesize();
  const template = JSON.parse(readFileSync(file, 'utf8'));
  Object.assign(template.Resources, {
    Careless: { Type: 'AWS::SNS::Topic', Properties: { Nmae: 'alarms' } },
    Wrong: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1 } },
  });
  writeFileSync(file, JSON.stringify(template));

  const found = (await lint([file])).map(({ rule, path }) => `${rule} ${path}`);
  expect(found).toContain('E3002 Resources/Careless/Properties/Nmae');
  expect(found).toContain('E3034 Resources/Wrong/Properties/MessageRetentionPeriod');
});
