import { existsSync } from 'node:fs';
import { Annotations, App, CfnResource, Stack } from 'aws-cdk-lib';
import { checkVariables } from '../lambda/settings/read-settings.ts';
import { SettingsError } from '../lambda/settings/settings-error.ts';
import { parseAppSettings } from './constructs/app-settings.ts';
import { PaymentTrackerStack } from './constructs/payment-tracker-stack.ts';

// The file does not overwrite variables that are set in the environment.
if (existsSync('.env')) process.loadEnvFile('.env');

const app = new App();
try {
  const { stackName, ...props } = parseAppSettings(process.env);
  new PaymentTrackerStack(app, stackName, props);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  refuse(error);
}

/**
 * The stack has an error, at which every command stops, except `cdk destroy`: that needs only the name of the stack. No
 * option makes the CDK replace the tracker by this stack: CloudFormation refuses a type that does not exist.
 */
function refuse({ message }: SettingsError): void {
  const { stackName } = checkVariables(process.env, 'stack').values;
  const text = `${message}\n\nSettings come from the environment or from the file .env beside cdk.json.`;
  if (stackName === undefined) {
    console.error(text);
    process.exitCode = 1;
    return;
  }
  const stack = new Stack(app, stackName);
  new CfnResource(stack, 'Refused', { type: 'PaymentTracker::Settings::Wrong' });
  Annotations.of(stack).addError(text);
}
