import { defineCommand } from '../command.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { Webhooks } from '../nocodb/webhooks.ts';
import { print } from '../output.ts';
import { URL_OPTION, webhookUrl } from './webhook-options.ts';

/** `webhook remove` */
export const webhookRemoveCommand = defineCommand({
  name: 'webhook remove',
  summary: 'Take the webhook away again; ticks go on.',
  details: [
    'It deletes the webhooks of the NocoDB table that post to the URL, and no others. The secret in SSM stays. The token\nneeds the rights of a creator.',
  ],
  arguments: {},
  options: { url: URL_OPTION },
  examples: ['webhook remove', 'webhook remove --url https://abc.lambda-url.eu-central-1.on.aws/'],
  async run({ options }, context) {
    const url = await webhookUrl(options.url, 'webhook remove', context);
    const webhooks = new Webhooks(context.nocodb());
    const ours = (await webhooks.list()).filter((webhook) => webhook.url === url);
    for (const webhook of ours) await webhooks.remove(webhook);
    print(
      context,
      { url, removed: ours.length },
      ours.length === 0 ? `There is no webhook to ${url}` : `🪝 The webhook to ${url} is removed`,
    );
    return EXIT_CODE.done;
  },
});
