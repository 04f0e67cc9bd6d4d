import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretCheck, UnusableSecretError } from '../../../lambda/webhook/secret-check.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const OLD = 'the-old-secret-of-32-characters!';
const NEW = 'the-new-secret-of-32-characters!';

/** A parameter that is read through a cache, which keeps the value of the last read. */
function parameter(value: string) {
  let cached = value;
  const state = { value, reads: 0 };
  const provider = {
    get: async () => cached,
    refresh: async () => {
      state.reads += 1;
      cached = state.value;
      return cached;
    },
  };
  return { state, provider };
}

function prepare(value: string) {
  const { state, provider } = parameter(value);
  const clock = new FakeClock();
  return {
    state,
    clock,
    isSecret: createSecretCheck({ secret: provider, parameterName: '/shop/webhook-secret', clock }),
  };
}

describe('the secret', () => {
  it('is the one in the parameter, and no other text', async () => {
    const { isSecret } = prepare(OLD);

    expect(await isSecret(OLD)).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        fc.pre(text !== OLD);
        expect(await isSecret(text)).toBe(false);
      }),
    );
    expect(await isSecret(undefined)).toBe(false);
  });

  it('may end with a line break in the parameter, as files do', async () => {
    const { isSecret } = prepare(`${OLD}\n`);

    expect(await isSecret(OLD)).toBe(true);
  });

  it('is read anew when it seems to have been replaced', async () => {
    const { state, isSecret } = prepare(OLD);
    state.value = NEW;

    expect(await isSecret(NEW)).toBe(true);
    expect(await isSecret(OLD)).toBe(false);
  });

  it('is not read anew for every stranger', async () => {
    const { state, clock, isSecret } = prepare(OLD);

    for (let attempt = 0; attempt < 100; attempt += 1) await isSecret('guess');
    expect(state.reads).toBe(1);
    clock.advance(60_000);
    await isSecret('guess');
    expect(state.reads).toBe(2);
    await isSecret(undefined);
    expect(state.reads).toBe(2);
  });

  it.each(['', '   ', 'short', 'x'.repeat(15)])(
    '%j is no secret: even who brings it is not let in',
    async (value) => {
      const { isSecret } = prepare(value);

      await expect(isSecret(value)).rejects.toThrow(UnusableSecretError);
      await expect(isSecret(value)).rejects.toMatchObject({
        kind: 'UnusableSecret',
        target: 'SSM parameter /shop/webhook-secret',
      });
    },
  );

  it('has at least 16 characters, and the error says so and what to do', async () => {
    await expect(prepare('x'.repeat(16)).isSecret('x'.repeat(16))).resolves.toBe(true);
    await expect(prepare(' short ').isSecret('short')).rejects.toThrow(
      /read the webhook's secret .* has 5 characters; the minimum is 16\. .*openssl rand -hex 32/,
    );
  });
});
