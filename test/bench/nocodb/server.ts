/** The child process that runs a NocoDB for the bench, so that its CPU time can be measured. Ends with its parent. */
import { startDemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import { createPaymentsTable } from '../../nocodb/real/payments-table.ts';
import { startRealNocoDb } from '../../nocodb/real/start.ts';
import type { FillOrder, NocoDbAddress, NocoDbKind } from './start.ts';

interface Server extends NocoDbAddress {
  /** Creates unpaid records with the ids from 1 to `records`. */
  fill(records: number): Promise<void>;
  stop(): Promise<void>;
}

async function startDemo(): Promise<Server> {
  const demo = await startDemoNocoDb();
  const { url, token, tableId, baseId } = demo;
  return {
    ...{ url, token, tableId, baseId },
    async fill(records) {
      demo.records.insertMany(Array.from({ length: records }, (_, index) => ({ Title: `Order ${index}` })));
    },
    stop: () => demo.close(),
  };
}

/** Finds the table by a column that only it has, and writes to it directly: NocoDB's API takes 100 records in a call. */
const fillStatements = (records: number) => `
  DO $$
  DECLARE payments text;
  BEGIN
    SELECT format('%I.%I', table_schema, table_name) INTO STRICT payments
      FROM information_schema.columns WHERE column_name = 'tg_id';
    EXECUTE 'INSERT INTO ' || payments || ' (title, paid, created_at, nc_order)
      SELECT ''Order '' || number, false, now(), number FROM generate_series(1, ${records}) AS number';
    EXECUTE 'ANALYZE ' || payments;
  END $$`;

async function startReal(database: 'sqlite' | 'postgres'): Promise<Server> {
  const { url, account, execute, stop } = await startRealNocoDb({ database });
  const { tableId, baseId } = await createPaymentsTable(account);
  return {
    ...{ url, token: account.token, tableId, baseId, stop },
    async fill(records) {
      if (execute === undefined) throw new Error('Only a NocoDB on PostgreSQL can be filled directly.');
      await execute(fillStatements(records));
    },
  };
}

const kind = process.argv[2] as NocoDbKind;
const { url, token, tableId, baseId, fill, stop } = await (kind === 'demo' ? startDemo() : startReal(kind));

process.on('message', async (message: FillOrder | 'stop') => {
  if (message !== 'stop') {
    await fill(message.fill);
    process.send?.('filled');
    return;
  }
  await stop();
  process.exit();
});
process.on('disconnect', async () => {
  await stop();
  process.exit();
});
process.send?.({ url, token, tableId, baseId });
