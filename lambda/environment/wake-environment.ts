import { SettingsError } from '../settings/settings-error.ts';
import { FUNCTION_VARIABLES, TABLE_NAME, TRACKER_NAME } from './function-variables.ts';
import { VariableReader, type Variables } from './variable-reader.ts';

/** What the wake function is told. */
export interface WakeEnvironment {
  readonly tableName: string;
  readonly trackerName: string;
  /** ARN of the loop's state machine. */
  readonly loopArn: string;
}

/** @throws {SettingsError} with every fault at once */
export function parseWakeEnvironment(variables: Variables): WakeEnvironment {
  const faults: string[] = [];
  const reader = new VariableReader(variables, faults);
  const tableName = reader.text(FUNCTION_VARIABLES.tableName, TABLE_NAME);
  const trackerName = reader.text(FUNCTION_VARIABLES.trackerName, TRACKER_NAME);
  const loopArn = reader.text(FUNCTION_VARIABLES.loopArn, {
    pattern: /^arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:stateMachine:.+$/,
    form: 'the ARN of a state machine',
  });
  if (faults.length > 0) throw new SettingsError(faults);
  return { tableName, trackerName, loopArn };
}
