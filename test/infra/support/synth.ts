import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PaymentTracker } from '../../../infra/payment-tracker.ts';
import type { PaymentTrackerProps } from '../../../infra/payment-tracker-props.ts';

export const NOCODB = { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23' } as const;

/** An app that does not bundle its functions: templates do not depend on it, and it takes seconds. */
export function createApp(): App {
  return new App({ context: { 'aws:cdk:bundling-stacks': [] } });
}

export function createStack(props?: StackProps): Stack {
  return new Stack(createApp(), 'Shop', props);
}

/** The template of a stack with one tracker, called Payments. */
export function synthTracker(props: Partial<PaymentTrackerProps> = {}): Template {
  const stack = createStack();
  new PaymentTracker(stack, 'Payments', { nocodb: NOCODB, ...props });
  return Template.fromStack(stack);
}
