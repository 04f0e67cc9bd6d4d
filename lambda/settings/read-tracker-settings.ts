import { readSettings, type Values, type Variables, variablesFor } from './read-settings.ts';
import type { NocoDbSettings, TrackerSettings } from './tracker-settings.ts';

/**
 * Reads the settings of a tracker from variables.
 *
 * @throws {SettingsError} with every fault at once
 * @example
 * const { nocodb } = parseTrackerSettings({
 *   NOCODB_API_URL: 'https://noco.example/dashboard/#/nc/pqot58neiu3o1xo/mq13l0ec25f9v23',
 * });
 * // nocodb: { apiUrl: 'https://noco.example', tableId: 'mq13l0ec25f9v23', baseId: 'pqot58neiu3o1xo',
 * //   apiVersion: 'auto', idField: 'Id', paidField: 'Paid' }
 */
export function parseTrackerSettings(variables: Variables): TrackerSettings {
  return toTrackerSettings(readSettings(variables, 'tracker'));
}

/** The variables that {@link parseTrackerSettings} reads the same settings from, with the defaults spelled out. */
export function formatTrackerSettings(settings: TrackerSettings): Record<string, string> {
  return variablesFor('tracker', toValues(settings));
}

/** The settings of a tracker without their groups. */
export function toValues({ nocodb, retention, ...others }: TrackerSettings): Values<'tracker'> {
  return { ...nocodb, ...retention, ...others };
}

/** Groups the settings of a tracker. */
export function toTrackerSettings(values: Values<'tracker'>): TrackerSettings {
  const { tokenParameterName, intervalSeconds, shards, pendingDays, paidDays } = values;
  return {
    nocodb: toNocoDbSettings(values),
    tokenParameterName,
    intervalSeconds,
    shards,
    retention: { pendingDays, paidDays },
  };
}

export function toNocoDbSettings(values: NocoDbSettings): NocoDbSettings {
  const { apiUrl, tableId, baseId, apiVersion, idField, paidField, paidValues, ownerField } = values;
  return {
    apiUrl,
    tableId,
    ...(baseId !== undefined && { baseId }),
    apiVersion,
    idField,
    paidField,
    ...(paidValues !== undefined && { paidValues }),
    ...(ownerField !== undefined && { ownerField }),
  };
}
