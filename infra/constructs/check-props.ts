import { type Duration, Token } from 'aws-cdk-lib';
import { TRACKER_NAME } from '../../lambda/environment/function-variables.ts';
import {
  PARAMETER_NAME,
  parseTrackerSettings,
  TRACKER_VARIABLES,
  type TrackerSettings,
} from '../../lambda/environment/tracker-settings.ts';
import { VariableReader } from '../../lambda/environment/variable-reader.ts';
import { NOCODB_VARIABLES } from '../../lambda/nocodb/settings.ts';
import { SettingsError } from '../../lambda/settings/settings-error.ts';
import type { PaymentTrackerProps } from './payment-tracker-props.ts';

const PROP_OF_VARIABLE: Readonly<Record<string, string>> = {
  [NOCODB_VARIABLES.apiUrl]: 'nocodb.apiUrl',
  [NOCODB_VARIABLES.tableId]: 'nocodb.tableId',
  [NOCODB_VARIABLES.idField]: 'nocodb.idField',
  [NOCODB_VARIABLES.paidField]: 'nocodb.paidField',
  [NOCODB_VARIABLES.paidValues]: 'nocodb.paidValues',
  [NOCODB_VARIABLES.ownerField]: 'nocodb.ownerField',
  [TRACKER_VARIABLES.tokenParameterName]: 'nocodb.tokenParameterName',
  [TRACKER_VARIABLES.intervalSeconds]: 'interval',
  [TRACKER_VARIABLES.shards]: 'shards',
  [TRACKER_VARIABLES.pendingDays]: 'retention.pending',
  [TRACKER_VARIABLES.paidDays]: 'retention.paid',
};

/** Good enough to catch a slip; that the address exists, it has to confirm itself. */
export const EMAIL_ADDRESS = { pattern: /^[^\s@]+@[^\s@]+$/, form: 'an e-mail address' } as const;

/** A secret put here by mistake is not shown. */
export const WEBHOOK_SECRET_FORM = `${PARAMETER_NAME.form}, as in /payment-tracker/webhook-secret (never the secret itself)`;

/** What values that are known only after deployment are checked as; the functions check the real ones when they start. */
const KNOWN_LATER = { apiUrl: 'https://known-after.deployment', tableId: 'known_after_deployment' } as const;

/**
 * What the props say, with the defaults filled in. They go through the parser that the functions read their variables
 * with, so that what passes here works there.
 *
 * @throws {SettingsError} with every fault, in the names of the props
 */
export function checkProps({
  nocodb,
  interval,
  shards,
  retention,
  name,
  alarmEmail,
  webhook,
}: PaymentTrackerProps): TrackerSettings {
  const later = {
    ...(Token.isUnresolved(nocodb.apiUrl) && { apiUrl: nocodb.apiUrl }),
    ...(Token.isUnresolved(nocodb.tableId) && { tableId: nocodb.tableId }),
  };
  const faults: string[] = [];
  if (name !== undefined && !TRACKER_NAME.pattern.test(name)) {
    faults.push(`name ${JSON.stringify(name)} is not ${TRACKER_NAME.form}`);
  }
  if (
    alarmEmail !== undefined &&
    !Token.isUnresolved(alarmEmail) &&
    !EMAIL_ADDRESS.pattern.test(alarmEmail)
  ) {
    faults.push(`alarmEmail ${JSON.stringify(alarmEmail)} is not ${EMAIL_ADDRESS.form}`);
  }
  faults.push(...faultsOfWebhook(webhook));
  const variables = {
    [NOCODB_VARIABLES.apiUrl]: later.apiUrl ? KNOWN_LATER.apiUrl : nocodb.apiUrl,
    [NOCODB_VARIABLES.tableId]: later.tableId ? KNOWN_LATER.tableId : nocodb.tableId,
    [NOCODB_VARIABLES.idField]: nocodb.idField,
    [NOCODB_VARIABLES.paidField]: nocodb.paidField,
    [NOCODB_VARIABLES.paidValues]: nocodb.paidValues?.join(','),
    [NOCODB_VARIABLES.ownerField]: nocodb.ownerField,
    [TRACKER_VARIABLES.tokenParameterName]: nocodb.tokenParameterName,
    [TRACKER_VARIABLES.intervalSeconds]: seconds(interval),
    [TRACKER_VARIABLES.shards]: shards?.toString(),
    [TRACKER_VARIABLES.pendingDays]: days(retention?.pending),
    [TRACKER_VARIABLES.paidDays]: days(retention?.paid),
  };
  const settings = new VariableReader(variables, faults).parse(parseTrackerSettings);
  if (settings === undefined || faults.length > 0) throw new SettingsError(faults.map(inPropNames));
  return { ...settings, nocodb: { ...settings.nocodb, ...later } };
}

function faultsOfWebhook(webhook: PaymentTrackerProps['webhook']): string[] {
  if (webhook === undefined) return [];
  const { secretParameterName, maxConcurrency = 1 } = webhook;
  const faults: string[] = [];
  if (!PARAMETER_NAME.pattern.test(secretParameterName)) {
    faults.push(`webhook.secretParameterName is not ${WEBHOOK_SECRET_FORM}`);
  }
  if (!Number.isSafeInteger(maxConcurrency) || maxConcurrency < 1) {
    faults.push(`webhook.maxConcurrency ${maxConcurrency} is not a whole number from 1`);
  }
  return faults;
}

function inPropNames(fault: string): string {
  return fault.replace(/\b[A-Z]+(?:_[A-Z]+)+\b/g, (name) => PROP_OF_VARIABLE[name] ?? name);
}

function seconds(duration: Duration | undefined): string | undefined {
  return duration?.toSeconds({ integral: false }).toString();
}

function days(duration: Duration | undefined): string | undefined {
  return duration?.toDays({ integral: false }).toString();
}
