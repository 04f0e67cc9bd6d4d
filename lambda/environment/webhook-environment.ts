import { SettingsError } from '../settings/settings-error.ts';
import { FUNCTION_VARIABLES } from './function-variables.ts';
import { parseTickEnvironment, type TickEnvironment } from './tick-environment.ts';
import { PARAMETER_NAME } from './tracker-settings.ts';
import { VariableReader, type Variables } from './variable-reader.ts';

/** What the webhook function is told: all that the tick is, and where its secret is. */
export interface WebhookEnvironment extends TickEnvironment {
  /** Name of the SSM parameter (SecureString) with the secret that calls have to bring. */
  readonly secretParameterName: string;
}

/** @throws {SettingsError} with every fault at once */
export function parseWebhookEnvironment(variables: Variables): WebhookEnvironment {
  const faults: string[] = [];
  const reader = new VariableReader(variables, faults);
  const environment = reader.parse(parseTickEnvironment);
  const secretParameterName = reader.text(FUNCTION_VARIABLES.webhookSecretParameter, {
    ...PARAMETER_NAME,
    secret: true,
  });
  if (environment === undefined || faults.length > 0) throw new SettingsError(faults);
  return { ...environment, secretParameterName };
}
