import { afterAll, beforeAll, describe } from 'vitest';
import { describeAdapter } from './contract/adapter.ts';
import { describeBulkList } from './contract/bulk-list.ts';
import { describeChanges } from './contract/changes.ts';
import { describeCommandLine } from './contract/command-line.ts';
import { describeErrorResponses } from './contract/error-responses.ts';
import { describeFullTick } from './contract/full-tick.ts';
import { describeListing } from './contract/listing.ts';
import { describeRecords } from './contract/records.ts';
import type { ContractTarget } from './contract/target.ts';
import { describeWebhookFunction } from './contract/webhook-function.ts';
import { describeWebhooks } from './contract/webhooks.ts';

/**
 * Tests the behavior of NocoDB that the tracker depends on, first over plain HTTP, then through the tracker's own code.
 * The demo NocoDB and the real one have to pass the same tests, so that other tests can use the demo.
 *
 * @param openTarget starts a NocoDB with the table of payments
 */
export function describeRecordSourceContract(name: string, openTarget: () => Promise<ContractTarget>): void {
  describe(name, () => {
    let target: ContractTarget | undefined;
    const targetOf = () => target as ContractTarget;

    beforeAll(async () => {
      target = await openTarget();
    }, 120_000);
    afterAll(() => target?.stop());

    describeListing(targetOf);
    describeBulkList(targetOf);
    describeErrorResponses(targetOf);
    describeRecords(targetOf);
    describeWebhooks(targetOf);
    describeWebhookFunction(targetOf);
    describeAdapter(targetOf);
    describeChanges(targetOf);
    describeCommandLine(targetOf);
    describeFullTick(targetOf);
  });
}
