import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { awsFault } from './aws-fault.ts';

/** Secrets in SSM. Both methods throw {@link CommandError} when AWS refuses or does not answer. */
export interface ParameterStore {
  /** The value of a SecureString; `undefined` when there is no such parameter. */
  read(name: string): Promise<string | undefined>;
  /** Stores a SecureString that does not exist yet. */
  create(name: string, value: string): Promise<void>;
}

export function createParameterStore(client: Pick<SSMClient, 'send'>): ParameterStore {
  return {
    async read(name) {
      try {
        const { Parameter } = await client.send(
          new GetParameterCommand({ Name: name, WithDecryption: true }),
        );
        return Parameter?.Value;
      } catch (error) {
        if ((error as Error).name === 'ParameterNotFound') return undefined;
        throw awsFault(`Read parameter ${name}`, error);
      }
    },
    async create(name, value) {
      try {
        await client.send(new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString' }));
      } catch (error) {
        throw awsFault(`Store parameter ${name}`, error);
      }
    },
  };
}
