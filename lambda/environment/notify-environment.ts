import { SettingsError } from '../settings/settings-error.ts';
import { FUNCTION_VARIABLES, TRACKER_NAME } from './function-variables.ts';
import { VariableReader, type Variables } from './variable-reader.ts';

/** What the notify function is told. */
export interface NotifyEnvironment {
  readonly trackerName: string;
  /** ARN of the bus that takes the events. */
  readonly eventBusArn: string;
}

/** @throws {SettingsError} with every fault at once */
export function parseNotifyEnvironment(variables: Variables): NotifyEnvironment {
  const faults: string[] = [];
  const reader = new VariableReader(variables, faults);
  const trackerName = reader.text(FUNCTION_VARIABLES.trackerName, TRACKER_NAME);
  const eventBusArn = reader.text(FUNCTION_VARIABLES.eventBusArn, {
    pattern: /^arn:[a-z-]+:events:[a-z0-9-]+:\d{12}:event-bus\/.+$/,
    form: 'the ARN of an event bus',
  });
  if (faults.length > 0) throw new SettingsError(faults);
  return { trackerName, eventBusArn };
}
