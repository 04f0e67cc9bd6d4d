import { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { createSsmToken } from '../../../lambda/aws/ssm-token.ts';
import { TokenUnavailableError } from '../../../lambda/tracker/errors.ts';
import { type AwsAnswer, awsError, startAwsService } from '../../support/aws-service.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const NAME = '/shop/token';
const MINUTE = 60_000;

/** A token in SSM. Every read of it gives another one, unless `state.answer` says otherwise. */
async function prepareToken() {
  let reads = 0;
  const state: { answer?: AwsAnswer } = {};
  const give = () => ({ Parameter: { Name: NAME, Value: `token ${++reads}` } });
  const { client, requests } = await startAwsService(() => state.answer ?? give());
  const clock = new FakeClock();
  const warnings: unknown[] = [];
  const token = createSsmToken({
    parameterName: NAME,
    clock,
    logger: { warn: (_message, fields) => warnings.push(fields.error) },
    client: new SSMClient({ ...client, maxAttempts: 1 }),
  });
  return { token, requests, clock, state, warnings };
}

it('reads the parameter decrypted, once in five minutes', async () => {
  const { token, requests, clock } = await prepareToken();

  expect([await token.get(), await token.get()]).toEqual(['token 1', 'token 1']);
  expect(requests).toEqual([
    { target: 'AmazonSSM.GetParameter', body: { Name: NAME, WithDecryption: true } },
  ]);
  clock.advance(5 * MINUTE);
  expect(await token.get()).toBe('token 2');
});

it('reads it again when NocoDB rejects the token, and keeps the new one', async () => {
  const { token, requests } = await prepareToken();
  await token.get();

  expect([await token.refresh(), await token.get()]).toEqual(['token 2', 'token 2']);
  expect(requests).toHaveLength(2);
});

describe('while SSM is away, a token', () => {
  it('that was read before stays in use, for hours', async () => {
    const { token, requests, clock, state, warnings } = await prepareToken();
    await token.get();
    state.answer = awsError('InternalServerError');

    for (let minute = 0; minute < 180; minute += 1) {
      clock.advance(MINUTE);
      expect([await token.get(), await token.get()]).toEqual(['token 1', 'token 1']);
    }

    // It asks once a minute from when the token is five minutes old, and says so each time.
    expect(requests).toHaveLength(1 + 176);
    expect(warnings).toHaveLength(176);
    expect(warnings[0]).toMatchObject({ kind: 'TokenUnavailable', target: `SSM parameter ${NAME}` });
    delete state.answer;
    clock.advance(MINUTE);
    expect(await token.get()).toBe('token 2');
  });

  it('that was read before is not waited for long', async () => {
    const { token, clock, state, warnings } = await prepareToken();
    await token.get();
    state.answer = 'silence';
    clock.advance(5 * MINUTE);

    // The client of the test has no time limit of its own.
    expect(await token.get()).toBe('token 1');

    expect(warnings).toHaveLength(1);
  });

  it('that was rejected is not given again as if it were new', async () => {
    const { token, state } = await prepareToken();
    await token.get();
    state.answer = awsError('InternalServerError');

    await expect(token.refresh()).rejects.toMatchObject({
      kind: 'TokenUnavailable',
      problem: expect.stringContaining('the last value was rejected'),
    });
    expect(await token.get()).toBe('token 1');
  });

  it.each([
    ['InternalServerError', 'NocoDB is not at fault'],
    ['ParameterNotFound', `aws ssm put-parameter --type SecureString --name ${NAME}`],
    ['AccessDeniedException', 'ssm:GetParameter'],
  ])('that was never read is an error of its own (%s)', async (code, hint) => {
    const { token, state } = await prepareToken();
    state.answer = awsError(code);

    const error = await token.get().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(TokenUnavailableError);
    expect(error).toMatchObject({
      operation: 'read token',
      target: `SSM parameter ${NAME}`,
      problem: expect.stringContaining(code),
      hint: expect.stringContaining(hint),
      cause: { name: code },
    });
  });
});
