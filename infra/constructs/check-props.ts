import { Token } from 'aws-cdk-lib';
import { checkProps as checkValues, type Given } from '../../lambda/settings/read-settings.ts';
import { toTrackerSettings } from '../../lambda/settings/read-tracker-settings.ts';
import type { SettingName } from '../../lambda/settings/settings.ts';
import { SettingsError } from '../../lambda/settings/settings-error.ts';
import type { TrackerSettings } from '../../lambda/settings/tracker-settings.ts';
import type { PaymentTrackerProps } from './payment-tracker-props.ts';

/** Settings whose values may be CDK tokens, known only at deployment. The functions check them when they start. */
const MAY_BE_TOKENS = ['alarmEmail', 'apiUrl', 'tableId', 'baseId'] as const;

const NOCODB_IS_MISSING =
  "nocodb is missing: set it to the address and the table, as in { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23' }";

/**
 * Checks the props of a tracker, and fills in the defaults.
 *
 * @param props may be absent or incomplete if the caller does not use TypeScript
 * @throws {SettingsError} listing every fault by the name of the prop
 */
export function checkProps(props: Partial<PaymentTrackerProps> = {}): TrackerSettings {
  const given = settingsIn(props);
  const tokens = MAY_BE_TOKENS.filter((setting) => Token.isUnresolved(given[setting]));
  const ignored: readonly SettingName[] = props.nocodb ? tokens : [...tokens, 'apiUrl', 'tableId'];
  const { values, faults } = checkValues(given);
  const texts = [
    ...(props.nocodb ? [] : [NOCODB_IS_MISSING]),
    ...faults.filter(({ setting }) => !ignored.includes(setting)).map(({ text }) => text),
  ];
  if (texts.length > 0) throw new SettingsError(texts);
  return toTrackerSettings({ ...values, ...Object.fromEntries(tokens.map((name) => [name, given[name]])) });
}

function settingsIn(props: Partial<PaymentTrackerProps>): Given {
  const { nocodb, interval, shards, retention, name, alarmEmail, webhook, dashboard, tracing } = props;
  return {
    trackerName: name,
    alarmEmail,
    dashboard,
    tracing,
    // With a webhook the secret is required: an empty string is refused, undefined would not be.
    webhookSecretParameter: webhook && (webhook.secretParameterName ?? ''),
    webhookMaxConcurrency: webhook?.maxConcurrency,
    apiUrl: blankIsAbsent(nocodb?.apiUrl),
    tableId: blankIsAbsent(nocodb?.tableId),
    baseId: blankIsAbsent(nocodb?.baseId),
    apiVersion: nocodb?.apiVersion,
    idField: blankIsAbsent(nocodb?.idField),
    paidField: blankIsAbsent(nocodb?.paidField),
    paidValues: nocodb?.paidValues?.length ? nocodb.paidValues : undefined,
    ownerField: blankIsAbsent(nocodb?.ownerField),
    tokenParameterName: blankIsAbsent(nocodb?.tokenParameterName),
    intervalSeconds: interval?.toSeconds({ integral: false }),
    shards,
    pendingDays: retention?.pending?.toDays({ integral: false }),
    paidDays: retention?.paid?.toDays({ integral: false }),
  };
}

/** A blank string counts as absent, as in environment variables. Values of other types go to the checks unchanged. */
function blankIsAbsent(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() || undefined : value;
}
