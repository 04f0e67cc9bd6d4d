import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startDemoNocoDb } from '../../infra/local/demo-nocodb/demo-nocodb.ts';
import { awsClientConfig } from '../../infra/local/emulator/aws-environment.ts';
import { SETTINGS } from '../../lambda/settings/settings.ts';
import { type NpmStart, npmStart } from './support/npm-start.ts';

/** Runs `npm start` on the emulator of the tests, at the shortest interval. */
function start(variables: Readonly<Record<string, string>> = {}, args: readonly string[] = []): NpmStart {
  const run = npmStart(
    { INTERVAL_SECONDS: '5', AWS_ENDPOINT_URL: inject('awsEndpoint'), ...variables },
    args,
  );
  onTestFinished(() => run.kill());
  return run;
}

test('npm start shows ticks, a confirmation and its delivery by itself', async () => {
  const run = start();

  await run.line(/local cloud: (?:LocalStack|MiniStack) \d+\.\d+\.\d+ on/);
  await run.line(/✅ Payment tracker: .*Next update at/);
  await run.line(/💰 Payment confirmed for user 1001/);
  await run.line(/📦 Delivering to user 1001/);
  await run.line(/the bot answers customer 1001: paid/);
  run.pressCtrlC();

  expect(await run.ended).toBe(0);
  expect(run.errors).toBe('');
}, 240_000);

test('a configured NocoDB is watched, and the emulator gets its place back', async () => {
  const nocodb = await startDemoNocoDb();
  onTestFinished(() => nocodb.close());
  const recordId = nocodb.records.insert({ Title: 'Order 17' });
  const variables = {
    // As it stands in the browser's address bar.
    NOCODB_API_URL: `${nocodb.url}/dashboard/#/nc/${nocodb.baseId}/${nocodb.tableId}`,
    NOCODB_API_TOKEN: nocodb.token,
  };
  const run = start(variables, ['--track', `12345:${recordId}`]);

  await run.line(/📍 Registered 1 user/);
  nocodb.records.setPaid(recordId, true);
  await run.line(/💰 Payment confirmed for user 12345 \(record: 1\)/);
  run.pressCtrlC();

  expect(await run.ended).toBe(0);
  expect(run.output).not.toMatch(/demo NocoDB|page:/);
  expect(run.output).not.toContain(nocodb.token);
  const aws = awsClientConfig(inject('awsEndpoint'));
  const describe = new DescribeStacksCommand({ StackName: SETTINGS.stackName.default });
  await expect(new CloudFormationClient(aws).send(describe)).rejects.toThrow(/does not exist/);
  const token = new GetParameterCommand({ Name: SETTINGS.tokenParameterName.default });
  await expect(new SSMClient(aws).send(token)).rejects.toThrow(ParameterNotFound);
}, 240_000);
