import { SettingsError } from '../settings/settings-error.ts';
import { FUNCTION_VARIABLES, TABLE_NAME, TRACKER_NAME } from './function-variables.ts';
import { parseTrackerSettings, type TrackerSettings } from './tracker-settings.ts';
import { VariableReader, type Variables } from './variable-reader.ts';

/** What the tick function is told. */
export interface TickEnvironment {
  readonly tableName: string;
  readonly trackerName: string;
  readonly settings: TrackerSettings;
}

/** @throws {SettingsError} with every fault at once */
export function parseTickEnvironment(variables: Variables): TickEnvironment {
  const faults: string[] = [];
  const reader = new VariableReader(variables, faults);
  const tableName = reader.text(FUNCTION_VARIABLES.tableName, TABLE_NAME);
  const trackerName = reader.text(FUNCTION_VARIABLES.trackerName, TRACKER_NAME);
  const settings = reader.parse(parseTrackerSettings);
  if (settings === undefined || faults.length > 0) throw new SettingsError(faults);
  return { tableName, trackerName, settings };
}
