/** The child process that runs a NocoDB for the bench, so that its CPU time is its own. Ends with its parent. */
import { openDemo } from '../../nocodb/demo-target.ts';
import { openReal } from '../../nocodb/real-target.ts';
import type { NocoDbKind } from './start.ts';

const kind = process.argv[2] as NocoDbKind;
const { url, token, tableId, stop } = await (kind === 'demo' ? openDemo({}) : openReal({ database: kind }));

process.on('message', async () => {
  await stop();
  process.exit();
});
process.on('disconnect', async () => {
  await stop();
  process.exit();
});
process.send?.({ url, token, tableId });
