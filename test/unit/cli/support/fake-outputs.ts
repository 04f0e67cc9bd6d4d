import type { StackOutputs } from '../../../../infra/cli/aws/find-table.ts';
import { CommandError } from '../../../../infra/cli/console/errors.ts';

/** A stack that is called `Shop` and has these outputs. */
export function fakeOutputs(outputs: Readonly<Record<string, string>>): StackOutputs {
  return {
    stackName: 'Shop',
    find: (name) => outputs[name],
    get(name) {
      const value = outputs[name];
      if (value === undefined) throw new CommandError(`no output ${name}`, 'Add it.');
      return value;
    },
  };
}
