import { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { createSsmToken } from '../../../lambda/aws/ssm-token.ts';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { type AwsAnswer, awsError, startAwsService } from '../../support/aws-service.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';
import { settingsFor } from '../nocodb/fixtures.ts';

const AWAY = awsError('InternalServerError');
const SLOTS_PER_HOUR = 180;

/** Ticks over the real token, client and table adapters. SSM and NocoDB are servers in the hands of the test. */
async function prepare() {
  const world = { stored: 'first', ssmAnswer: undefined as AwsAnswer | undefined, accepted: 'first' };
  const { client } = await startAwsService(
    () => world.ssmAnswer ?? { Parameter: { Name: '/shop/token', Value: world.stored } },
  );
  const nocodb = await startHttpServer((response, { headers }) => {
    const known = headers['xc-token'] === world.accepted;
    const list = { list: [{ Id: 1, Paid: true }], pageInfo: { isLastPage: true } };
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ? list : { error: 'ERR_AUTHENTICATION_REQUIRED', message: 'no' }));
  });
  const clock = new FakeClock();
  const table = new SimulatedPayments({ clock });
  const token = createSsmToken({
    parameterName: '/shop/token',
    clock,
    logger: { warn: () => {} },
    client: new SSMClient({ ...client, maxAttempts: 1 }),
  });
  const source = createRecordSource(settingsFor(nocodb.url), { token, clock, random: () => 0.5 });
  const failures: string[] = [];
  const observe = (event: TrackerEvent) => {
    if (event.type === 'tick.failed') failures.push(event.kind);
  };
  let owners = 0;
  /** Ticks in the following slots. @returns the kinds of the errors */
  async function slots(count: number): Promise<string[]> {
    failures.length = 0;
    for (let slot = 0; slot < count; slot += 1) {
      clock.set((Math.floor(clock.now() / 20_000) + 1) * 20_000);
      await tick({
        settings: { intervalSeconds: 20 },
        clock,
        gate: table.gate,
        payments: table.payments,
        source,
        observe,
        newOwner: () => `tick-${++owners}`,
      }).catch(() => {});
    }
    return [...failures];
  }
  return { world, table, slots };
}

describe('ticks while SSM is away', () => {
  it('go on for hours with the last token, and confirm', async () => {
    const { world, table, slots } = await prepare();
    await table.track('7', '2');
    await slots(1);
    world.ssmAnswer = AWAY;

    expect(await slots(2 * SLOTS_PER_HOUR)).toEqual([]);
    await table.track('7', '1');
    expect(await slots(1)).toEqual([]);

    expect(table.status('7', '1')).toBe('paid');
  });

  it('blame SSM and not NocoDB when there is no token yet', async () => {
    const { world, table, slots } = await prepare();
    await table.track('7', '1');
    world.ssmAnswer = AWAY;

    expect(await slots(2)).toEqual(['TokenUnavailable', 'TokenUnavailable']);

    world.ssmAnswer = undefined;
    expect(await slots(1)).toEqual([]);
    expect(table.status('7', '1')).toBe('paid');
  });

  it('do not ring for a rejected token when it was replaced meanwhile, and confirm once SSM is back', async () => {
    const { world, table, slots } = await prepare();
    await table.track('7', '2');
    await slots(1);
    world.ssmAnswer = AWAY;
    Object.assign(world, { stored: 'second', accepted: 'second' });
    await table.track('7', '1');

    expect(new Set(await slots(SLOTS_PER_HOUR))).toEqual(new Set(['TokenUnavailable']));

    world.ssmAnswer = undefined;
    expect(await slots(1)).toEqual([]);
    expect(table.status('7', '1')).toBe('paid');
  });

  it('ring for a token that SSM still gives and NocoDB rejects', async () => {
    const { world, table, slots } = await prepare();
    await table.track('7', '1');
    world.accepted = 'another';

    expect(await slots(1)).toEqual(['TokenRejected']);
  });
});
