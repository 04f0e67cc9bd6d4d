import { SFNClient } from '@aws-sdk/client-sfn';
import type { Context } from 'aws-lambda';
import { SDK_LIMITS } from './aws/sdk-limits.ts';
import { createLoopStarter } from './loop/loop-starter.ts';
import { createLogger } from './observability/logger.ts';
import { readSettings } from './settings/read-settings.ts';
import { DynamoControlItem } from './table/control-item.ts';
import { createDocumentClient } from './table/document-client.ts';
import { wake } from './tracker/wake.ts';

const { tableName, trackerName, loopArn } = readSettings(process.env, 'wake');
const rest = new DynamoControlItem({ client: createDocumentClient(), tableName });
const loop = createLoopStarter(new SFNClient(SDK_LIMITS), loopArn);
const logger = createLogger(trackerName);

/** Called with the payments that became pending. Only the fact that there are some matters, not which. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  logger.addContext(context);
  if (await wake({ rest, loop })) logger.info('⏰ A payment is pending: the loop ticks again');
}
