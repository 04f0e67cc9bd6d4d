/**
 * The child process that runs the real NocoDB in the folder of the first argument. Its settings are NocoDB's own variables;
 * it sends `{ port }` when ready.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const load = createRequire(join(process.argv[2] ?? '', 'package.json'));
const app = load('express')();
const { Noco } = load('nocodb');

// The process that started this server has ended.
process.on('disconnect', () => process.exit());

const server = app.listen(0, '127.0.0.1', async () => {
  app.use(await Noco.init({}, server, app));
  process.send?.({ port: server.address().port });
});
