/** The exports of `payment-tracker/cdk`. */
export { SettingsError } from '../../lambda/settings/settings-error.ts';
export { PaymentTracker } from './payment-tracker.ts';
export type { NocoDbProps, PaymentTrackerProps, WebhookProps } from './payment-tracker-props.ts';
export type { PostConfirmedProps } from './post-confirmed.ts';
export { STACK_OUTPUTS } from './stack-outputs.ts';
export type { GrantOptions } from './table-variable.ts';
