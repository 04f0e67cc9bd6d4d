import { VARIABLES } from '../../../lambda/settings/settings.ts';
import type { AccountConcurrency } from '../aws/aws.ts';
import { CommandError } from '../console/errors.ts';
import type { Check, Finding } from './checks.ts';

/** The quota that AWS gives by default. New accounts begin with less, often with 10. */
const DEFAULT_QUOTA = 1000;

/** What Lambda keeps for functions without a reservation: a reservation that leaves less is refused. */
const KEPT_UNRESERVED = 100;

/** Enough for NocoDB, which sends one call for each change. */
const ENOUGH_CALLS = 5;

/**
 * Whether strangers who call the public URL of the webhook can use up the concurrency that the ticks need.
 *
 * @param maxConcurrency what is reserved for the webhook
 */
export function concurrencyCheck(
  maxConcurrency: number | undefined,
  read: () => Promise<AccountConcurrency>,
): Check {
  return {
    title: 'Webhook',
    async run() {
      if (maxConcurrency !== undefined) {
        return [{ outcome: 'ok', text: `at most ${maxConcurrency} of its calls run at the same time` }];
      }
      try {
        return [judge(await read())];
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        const text = 'whether calls of its public URL can delay the ticks is not known';
        return [{ outcome: 'note', text, hint: error.message.replace(/\.$/, '') }];
      }
    },
  };
}

function judge({ limit, unreserved }: AccountConcurrency): Finding {
  if (limit >= DEFAULT_QUOTA) {
    return { outcome: 'ok', text: `its public URL and the ticks share ${limit} concurrent calls` };
  }
  const reservation = `${VARIABLES.webhookMaxConcurrency}=${ENOUGH_CALLS} and deploy again`;
  return {
    outcome: 'note',
    text: `the account runs only ${limit} functions at the same time: many calls of its public URL delay the ticks`,
    hint:
      unreserved >= KEPT_UNRESERVED + ENOUGH_CALLS
        ? `Set ${reservation}`
        : `Ask AWS to raise the quota of concurrent executions to ${DEFAULT_QUOTA} (Service Quotas, free of charge); then set ${reservation}`,
  };
}
