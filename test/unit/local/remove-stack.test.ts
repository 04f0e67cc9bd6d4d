import getPort from 'get-port';
import { expect, test } from 'vitest';
import { removeStack } from '../../../infra/local/deployment/remove-stack.ts';
import { awsClientConfig } from '../../../infra/local/emulator/aws-environment.ts';
import { StartError } from '../../../infra/local/errors/start-error.ts';

test('an emulator that is gone by then is said in one line, with what to do', async () => {
  const endpoint = `http://127.0.0.1:${await getPort({ host: '127.0.0.1' })}`;

  const removed = removeStack(awsClientConfig(endpoint), {
    stackName: 'Shop',
    parameterNames: ['/token'],
  });

  const error: StartError = await removed.then(
    () => expect.fail('it was deleted'),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  expect(error.message).toBe(
    `The stack Shop could not be deleted from the emulator on ${endpoint} (ECONNREFUSED). If the emulator still runs, start again and stop: the next deployment replaces the stack.`,
  );
});
