import { existsSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { SettingsError } from '../lambda/settings/read-settings.ts';
import { parseAppSettings } from './constructs/app-settings.ts';
import { PaymentTrackerStack } from './constructs/payment-tracker-stack.ts';

// What is set in the environment wins.
if (existsSync('.env')) process.loadEnvFile('.env');

try {
  const { stackName, demo, tracker } = parseAppSettings(process.env);
  new PaymentTrackerStack(new App(), stackName, { tracker, demo });
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  // What is wrong is in the message; a stack trace would bury it.
  console.error(
    `${error.message}\n\nSettings come from the environment or from the file .env beside cdk.json.`,
  );
  process.exitCode = 1;
}
