import { alternatives } from './alternatives.ts';
import { billFor } from './bill.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import type { Column } from './markdown.ts';
import { synthTemplate } from './synth.ts';
import { monthlyUsage } from './usage.ts';

/**
 * The bills of the stack as `cdk deploy` would deploy it.
 *
 * @param intervalSeconds whole seconds, 5 to 300
 * @param users numbers of users, one for each bill; 0: nothing is pending
 */
export function monthlyCost(
  intervalSeconds: number,
  users: readonly number[],
): { readonly deployment: Deployment; readonly columns: readonly Column[] } {
  const deployment = readDeployment(synthTemplate(intervalSeconds));
  const columns = users.map((count) => ({
    users: count,
    bill: billFor(monthlyUsage(deployment, count)),
    alternatives: alternatives(intervalSeconds, count),
  }));
  return { deployment, columns };
}
