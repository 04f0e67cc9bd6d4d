import { Annotations, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isLoopback } from '../../lambda/settings/api-url.ts';

/** The context of the CDK that says that the stack goes to an emulator, whose functions run on this machine. */
export const EMULATOR_CONTEXT = 'payment-tracker:emulator';

/** Warns when functions on AWS cannot reach NocoDB, because its address leads to the machine that uses it. */
export function warnOfLoopback(scope: IConstruct, apiUrl: string): void {
  if (Token.isUnresolved(apiUrl) || !isLoopback(apiUrl) || scope.node.tryGetContext(EMULATOR_CONTEXT)) return;
  Annotations.of(scope).addWarningV2(
    'payment-tracker:nocodbOnLoopback',
    `NocoDB has the address ${apiUrl}, which functions on AWS cannot reach. Set nocodb.apiUrl (NOCODB_API_URL) to an address that AWS can reach. If the stack goes to an emulator on this machine, set the context ${EMULATOR_CONTEXT} to true.`,
  );
}
