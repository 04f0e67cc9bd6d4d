import { existsSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { SettingsError } from '../lambda/settings/settings-error.ts';
import { parseAppSettings } from './constructs/app-settings.ts';
import { PaymentTrackerStack } from './constructs/payment-tracker-stack.ts';

// The file does not overwrite variables that are set in the environment.
if (existsSync('.env')) process.loadEnvFile('.env');

try {
  const { stackName, ...props } = parseAppSettings(process.env);
  new PaymentTrackerStack(new App(), stackName, props);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  // The message lists what is wrong. A stack trace would hide it.
  console.error(
    `${error.message}\n\nSettings come from the environment or from the file .env beside cdk.json.`,
  );
  process.exitCode = 1;
}
