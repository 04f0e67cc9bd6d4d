import { SSMClient } from '@aws-sdk/client-ssm';
import { expect, it } from 'vitest';
import { createSsmToken } from '../../../lambda/aws/ssm-token.ts';
import { startAwsService } from '../../support/aws-service.ts';

/** A token in SSM; every read of it gives another one. */
async function prepareToken() {
  let reads = 0;
  const answer = () => ({ Parameter: { Name: '/shop/token', Value: `token ${++reads}` } });
  const { client, requests } = await startAwsService(answer);
  return { token: createSsmToken('/shop/token', new SSMClient(client)), requests };
}

it('reads the parameter decrypted, once for many requests', async () => {
  const { token, requests } = await prepareToken();

  expect([await token.get(), await token.get()]).toEqual(['token 1', 'token 1']);
  expect(requests).toEqual([
    { target: 'AmazonSSM.GetParameter', body: { Name: '/shop/token', WithDecryption: true } },
  ]);
});

it('reads it again when NocoDB rejects the token, and keeps the new one', async () => {
  const { token, requests } = await prepareToken();
  await token.get();

  expect([await token.refresh(), await token.get()]).toEqual(['token 2', 'token 2']);
  expect(requests).toHaveLength(2);
});
