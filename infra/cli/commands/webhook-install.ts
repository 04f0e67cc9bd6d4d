import { readTableFields } from '../../../lambda/nocodb/table-fields.ts';
import { SHORTEST_SECRET } from '../../../lambda/webhook/secret-header.ts';
import { STACK_OUTPUTS } from '../../stack-names.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError } from '../errors.ts';
import { EXIT_CODE } from '../exit-code.ts';
import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';
import { Webhooks } from '../nocodb/webhooks.ts';
import { print } from '../output.ts';
import { URL_OPTION, webhookUrl } from './webhook-options.ts';

/** `webhook install` */
export const webhookInstallCommand = defineCommand({
  name: 'webhook install',
  summary: 'Let NocoDB report paid records at once instead of with the next tick.',
  details: [
    'It creates a webhook of the table in NocoDB that fires when a record becomes paid, and brings a secret along. The\nsecret is kept in an SSM parameter (SecureString), and made when there is none. The token needs the rights of a\ncreator. To repeat it is safe: the webhook with that URL is replaced.',
  ],
  arguments: {},
  options: {
    url: URL_OPTION,
    'secret-parameter': {
      type: 'string',
      value: 'NAME',
      help: 'SSM parameter with the secret (default: the output WebhookSecretParameter of the stack).',
    },
  },
  examples: ['webhook install'],
  async run({ options }, context) {
    const nocodb = context.nocodb();
    const url = await webhookUrl(options.url, 'webhook install', context);
    const parameterName =
      options['secret-parameter'] ?? (await context.stackOutputs()).get(STACK_OUTPUTS.webhookSecretParameter);
    const webhooks = new Webhooks(nocodb);
    const before = (await webhooks.list()).filter((webhook) => webhook.url === url);
    const secret = await readOrMakeSecret(parameterName, context);
    const webhook = await webhooks.add({ url, secret, paidFieldId: await findPaidField(nocodb) });
    // The new one is there before the old ones go: two reports of a payment are harmless, none would be slow.
    for (const old of before) await webhooks.remove(old);
    const done = before.length === 0 ? 'posts' : 'was renewed and posts';
    print(
      context,
      { id: webhook.id, url, replaced: before.length },
      `🪝 The webhook ${done} paid records to ${url}`,
    );
    return EXIT_CODE.done;
  },
});

async function readOrMakeSecret(
  parameterName: string,
  { parameters, newSecret }: CommandContext,
): Promise<string> {
  const known = await parameters.read(parameterName);
  if (known !== undefined) return longEnough(known.trim(), parameterName);
  const secret = newSecret();
  await parameters.create(parameterName, secret);
  return secret;
}

function longEnough(secret: string, parameterName: string): string {
  if (secret.length >= SHORTEST_SECRET) return secret;
  throw new CommandError(
    `The secret in ${parameterName} has fewer than ${SHORTEST_SECRET} characters, and the tracker takes no call with it`,
    'Delete the parameter, and webhook install makes a good one.',
  );
}

async function findPaidField(nocodb: NocoDbAccess): Promise<string> {
  const { paidField } = nocodb.settings;
  const fields = await readTableFields(
    { send: (call) => nocodb.send(call) },
    nocodb.settings,
    nocodb.context(),
  );
  const field = fields.find(({ id }) => id === paidField) ?? fields.find(({ title }) => title === paidField);
  if (field !== undefined) return field.id;
  throw new CommandError(`The NocoDB table has no field ${paidField}`, 'Run doctor: it lists the fields.');
}
