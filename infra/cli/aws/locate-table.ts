import { FUNCTION_VARIABLES } from '../../../lambda/environment/function-variables.ts';
import { SHARDS, TRACKER_VARIABLES } from '../../../lambda/environment/tracker-settings.ts';
import { VariableReader, type Variables } from '../../../lambda/environment/variable-reader.ts';
import { SettingsError } from '../../../lambda/tracker/settings-error.ts';
import { STACK_OUTPUTS } from '../../stack-names.ts';
import type { StackOutputs } from './stack-outputs.ts';

/** Where the payments are. */
export interface TableLocation {
  readonly tableName: string;
  /** Partitions of the index. */
  readonly shards: number;
}

/** What tells where the payments are. */
export interface TableHints {
  /** `--table` */
  readonly table: string | undefined;
  /** `--stack` */
  readonly stack: string | undefined;
  readonly env: Variables;
  stackOutputs(): Promise<StackOutputs>;
}

/**
 * Finds the payments table: what stands on the command line before what stands in the environment, and the stack last.
 *
 * @throws {SettingsError} when the number of shards in the environment cannot be
 * @throws {CommandError} when the stack cannot be read or has no table
 */
export async function locateTable({ table, stack, env, stackOutputs }: TableHints): Promise<TableLocation> {
  const named = table ?? (stack === undefined ? env[FUNCTION_VARIABLES.tableName]?.trim() : undefined);
  if (named) return { tableName: named, shards: readShards(env) };
  const outputs = await stackOutputs();
  const shards = outputs.find(STACK_OUTPUTS.shards);
  return {
    tableName: outputs.get(STACK_OUTPUTS.tableName),
    shards: shards === undefined ? SHARDS.default : Number(shards),
  };
}

function readShards(env: Variables): number {
  const faults: string[] = [];
  const shards = new VariableReader(env, faults).wholeNumber(TRACKER_VARIABLES.shards, {
    ...SHARDS,
    unit: 'shards',
  });
  if (faults.length > 0) throw new SettingsError(faults);
  return shards;
}
