import { expect, it } from 'vitest';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Answer, json, startHttpServer } from '../../support/http-server.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';
import { page } from './answers.ts';
import { settingsFor, TOKEN } from './fixtures.ts';

const PAYMENTS = 3_000;

/** NocoDB blocks a user who sends more requests in a second. */
const MAX_REQUESTS_A_SECOND = 5;

it.each([2, 3, 4])(
  'a server that answers one request in %i and fails the others sees at most 5 in a second',
  async (every) => {
    const clock = new FakeClock();
    const table = new SimulatedPayments({ clock });
    const arrivals: number[] = [];
    const answer: Answer = (response, request) => {
      arrivals.push(clock.now());
      const isFault = arrivals.length % every !== 0;
      return (isFault ? json(500, { msg: 'went wrong' }) : page([]))(response, request);
    };
    const server = await startHttpServer(answer);
    for (let id = 1; id <= PAYMENTS; id += 1) await table.track(`user-${id}`, String(id));
    await table.remember({ bulkList: { supported: false, learnedAt: clock.now() } });
    const options = { token: fixedToken(TOKEN), clock, random: () => 0 };
    const source = createRecordSource(settingsFor(server.url), options);
    let owners = 0;

    for (let slot = 0; slot < 5; slot += 1) {
      await tick({
        settings: { intervalSeconds: 20 },
        clock,
        gate: table.gate,
        payments: table.payments,
        source,
        observe: () => {},
        newOwner: () => `tick-${++owners}`,
      }).catch(() => {});
      clock.set((Math.floor(clock.now() / 20_000) + 1) * 20_000);
    }

    const inASecond = arrivals.map(
      (begin) => arrivals.filter((at) => at >= begin && at < begin + 1_000).length,
    );
    expect(arrivals.length).toBeGreaterThan(15);
    expect(Math.max(...inASecond)).toBeLessThanOrEqual(MAX_REQUESTS_A_SECOND);
  },
);
