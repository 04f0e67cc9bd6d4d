import { afterAll, beforeAll, describe } from 'vitest';
import { describeAdapter } from './contract/adapter.ts';
import { describeApiV3 } from './contract/api-v3.ts';
import { describeBulkList } from './contract/bulk-list.ts';
import { describeChanges } from './contract/changes.ts';
import { describeCommandLine } from './contract/command-line.ts';
import { describeErrorResponses } from './contract/error-responses.ts';
import { describeFullTick } from './contract/full-tick.ts';
import { describeListing } from './contract/listing.ts';
import { describeRecords } from './contract/records.ts';
import type { ContractTarget, TargetOf } from './contract/target.ts';
import { describeWebhookFunction } from './contract/webhook-function.ts';
import { describeWebhooks } from './contract/webhooks.ts';

/**
 * Tests the behavior of NocoDB that the tracker depends on, first over plain HTTP, then through the tracker's own code, in
 * each version of the API. The demo NocoDB and the real one have to pass the same tests, so that other tests can use the demo.
 *
 * @param openTarget starts a NocoDB with the table of payments
 */
export function describeRecordSourceContract(name: string, openTarget: () => Promise<ContractTarget>): void {
  describeTarget(name, openTarget, (targetOf) => {
    describeListing(targetOf);
    describeBulkList(targetOf);
    describeErrorResponses(targetOf);
    describeRecords(targetOf);
    describeWebhooks(targetOf);
    describeApiV3(targetOf);
    // v3 first: its ticks read the news, which are many after the ticks over 10,000 records.
    for (const apiVersion of ['v3', 'auto'] as const) {
      const inVersion = () => ({ ...targetOf(), apiVersion });
      describe(`with NOCODB_API_VERSION=${apiVersion}`, () => {
        describeWebhookFunction(inVersion);
        describeAdapter(inVersion);
        describeChanges(inVersion);
        describeCommandLine(inVersion);
        describeFullTick(inVersion, apiVersion);
      });
    }
  });
}

/**
 * Tests the tracker's own code on a NocoDB without API v3. It has other error responses, no ids of fields in its queries, and
 * no webhooks of the version that the tracker needs.
 */
export function describeOldNocoDbContract(name: string, openTarget: () => Promise<ContractTarget>): void {
  describeTarget(name, openTarget, (targetOf) => {
    describeAdapter(targetOf, true);
    describeChanges(targetOf, true);
    describeCommandLine(targetOf, true);
    describeFullTick(targetOf, 'auto');
  });
}

function describeTarget(
  name: string,
  openTarget: () => Promise<ContractTarget>,
  describeTests: (targetOf: TargetOf) => void,
): void {
  describe(name, () => {
    let target: ContractTarget | undefined;
    const targetOf = () => target as ContractTarget;

    beforeAll(async () => {
      target = await openTarget();
    }, 120_000);
    afterAll(() => target?.stop());

    describeTests(targetOf);
  });
}
