import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { VARIABLES } from '../../lambda/settings/settings.ts';

/** Options of `grantRead` and `grantTrack`. */
export interface GrantOptions {
  /**
   * The variable of a function that gets the name of the table. A function that uses several trackers needs one for each.
   *
   * @default 'PAYMENT_TABLE_NAME'
   */
  readonly tableVariable?: string;
}

/** The trackers whose tables the variables of a function name. */
const TRACKERS = new WeakMap<LambdaFunction, Map<string, Construct>>();

export interface TableToName {
  readonly tracker: Construct;
  readonly tableName: string;
  readonly shards: number;
}

/**
 * Sets the variables with which a bot finds the table, if the bot is a function.
 *
 * @throws {Error} when the variable names the table of another tracker
 */
export function setTableVariables(
  grantee: IGrantable,
  { tracker, tableName, shards }: TableToName,
  { tableVariable = VARIABLES.tableName }: GrantOptions,
): void {
  if (!(grantee instanceof LambdaFunction)) return;
  const trackers = TRACKERS.get(grantee) ?? new Map<string, Construct>();
  TRACKERS.set(grantee, trackers);
  const other = trackers.get(tableVariable);
  if (other !== undefined && other !== tracker) {
    throw new Error(
      `${grantee.node.path} cannot get the table of ${tracker.node.path} in ${tableVariable}: the variable has the table of ${other.node.path}. Name another variable: grantTrack(fn, { tableVariable: 'OTHER_TABLE_NAME' }).`,
    );
  }
  trackers.set(tableVariable, tracker);
  grantee.addEnvironment(tableVariable, tableName);
  if (tableVariable === VARIABLES.tableName) grantee.addEnvironment(VARIABLES.shards, String(shards));
}
