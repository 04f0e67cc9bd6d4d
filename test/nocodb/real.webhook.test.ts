import { afterAll, beforeAll, expect, test } from 'vitest';
import { SECRET_HEADER } from '../../lambda/webhook/secret-check.ts';
import { call } from './contract/call.ts';
import type { ContractTarget } from './contract/target.ts';
import { openWebhookDesk, SECRET, type WebhookDesk } from './contract/webhook-desk.ts';
import { openReal } from './real-target.ts';

let target: ContractTarget;
let desk: WebhookDesk;

beforeAll(async () => {
  target = await openReal({ database: 'sqlite' });
  desk = await openWebhookDesk(target);
});
afterAll(async () => {
  await desk?.close();
  await target?.stop();
});

test.each(['update', 'insert'])(
  "NocoDB's own test of a webhook for %s sends a record 1 that is paid, and confirms nobody",
  async (operation) => {
    desk.table.track('12345', '1');
    const hooks = `/api/v2/meta/tables/${target.tableId}/hooks`;
    const sample = await call(target, 'GET', `${hooks}/samplePayload/after/${operation}/v3`);
    const payload = {
      method: 'POST',
      path: desk.url,
      body: '{{ json event }}',
      headers: [{ name: SECRET_HEADER, value: SECRET, enabled: true }],
      parameters: [],
      auth: '',
    };
    const hook = { title: 'Test', event: 'after', operation: [operation], version: 'v3', active: true };
    const body = { hook: { ...hook, notification: { type: 'URL', payload } }, payload: sample.body };
    const answers = desk.answers.length;

    const tested = await call(target, 'POST', `${hooks}/test`, { body });

    expect(sample.body.data.rows).toMatchObject([{ Id: 1, Paid: true }]);
    expect(tested).toMatchObject({ status: 200, body: { msg: 'The hook has been tested successfully' } });
    expect(desk.answers.slice(answers)).toEqual([200]);
    expect(desk.table.status('12345', '1')).toBe('pending');
  },
);
