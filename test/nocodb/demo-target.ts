import { type DemoNocoDbOptions, startDemoNocoDb } from '../../infra/local/demo-nocodb/demo-nocodb.ts';
import type { ContractTarget } from './contract/target.ts';

/** Starts a demo NocoDB for the contract. */
export async function openDemo(options: DemoNocoDbOptions): Promise<ContractTarget> {
  const demo = await startDemoNocoDb(options);
  const { url, token, strangerToken, baseId, tableId } = demo;
  return {
    ...{ url, token, strangerToken, baseId, tableId },
    columns: Object.fromEntries(demo.columns.map(({ title, id }) => [title, id])),
    database: options.dialect ?? 'sqlite',
    pageCap: options.pageCap ?? 1000,
    apiVersion: 'auto',
    stop: () => demo.close(),
  };
}
