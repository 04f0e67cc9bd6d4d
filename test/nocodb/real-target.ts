import type { ContractTarget } from './contract/target.ts';
import { signUp } from './real/account.ts';
import { createPaymentsTable } from './real/payments-table.ts';
import { type RealNocoDbOptions, startRealNocoDb } from './real/start.ts';

/** Starts a real NocoDB for the contract. */
export async function openReal(options: RealNocoDbOptions): Promise<ContractTarget> {
  const { url, account, stop } = await startRealNocoDb(options);
  try {
    const table = await createPaymentsTable(account, options.release);
    const stranger = await signUp(url, 'stranger@example.com', 'Pass-word-2');
    return {
      ...{ url, ...table, stop },
      token: account.token,
      strangerToken: stranger.token,
      database: options.database,
      pageCap: Number(options.env?.DB_QUERY_LIMIT_MAX ?? 1000),
      apiVersion: 'auto',
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
