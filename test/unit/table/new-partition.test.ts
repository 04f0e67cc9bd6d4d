import { describe, expect, it } from 'vitest';
import { SimulatedPayments } from '../../support/simulated-payments.ts';

describe('a bot that tracks in a table of layout 1', () => {
  it('writes where the ticks look, and among the newcomers as soon as a tick has raised the layout', async () => {
    const clock = { now: () => 0 };
    const table = new SimulatedPayments({ clock });
    await table.remember({}, 1);

    await table.track('alice', '1');
    await table.gate.acquire({ owner: 'tick', now: 0, lease: 1 });
    await table.track('bob', '2');

    expect(table.item('alice', '1')?.shard).toBe('0');
    expect(table.item('bob', '2')?.shard).toBe('new');
  });
});
