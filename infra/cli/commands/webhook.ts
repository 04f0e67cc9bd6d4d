import { findField } from '../../../lambda/nocodb/fields.ts';
import { MIN_SECRET_LENGTH } from '../../../lambda/webhook/secret-check.ts';
import { STACK_OUTPUTS } from '../../constructs/stack-outputs.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, EXIT_CODE, UsageError } from '../errors.ts';
import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';
import { Webhooks } from '../nocodb/webhooks.ts';
import { print } from '../terminal.ts';

export const URL_OPTION = {
  type: 'string',
  value: 'URL',
  help: 'Where NocoDB posts to (default: the output WebhookUrl of the stack).',
} as const;

/**
 * The webhook's URL, from the command line or the stack.
 *
 * @throws {UsageError} when it is no URL
 * @throws {CommandError} when the stack has none
 */
export async function webhookUrl(
  option: string | undefined,
  command: string,
  context: Pick<CommandContext, 'stackOutputs'>,
): Promise<string> {
  if (option !== undefined) {
    if (URL.canParse(option) && /^https?:$/.test(new URL(option).protocol)) return option;
    throw new UsageError(`--url ${option} is not an http or https URL`, command);
  }
  const outputs = await context.stackOutputs();
  const url = outputs.find(STACK_OUTPUTS.webhookUrl);
  if (url !== undefined) return url;
  throw new CommandError(
    `The stack ${outputs.stackName} has no webhook`,
    'Deploy it with the webhook switched on (see the README), or name the URL with --url.',
  );
}

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
  if (secret.length >= MIN_SECRET_LENGTH) return secret;
  throw new CommandError(
    `The secret in ${parameterName} has fewer than ${MIN_SECRET_LENGTH} characters, and the tracker takes no call with it`,
    'Delete the parameter, and webhook install makes a good one.',
  );
}

async function findPaidField(nocodb: NocoDbAccess): Promise<string> {
  const { paidField } = nocodb.settings;
  const field = findField(await nocodb.tableFields(), paidField);
  if (field !== undefined) return field.id;
  throw new CommandError(`The NocoDB table has no field ${paidField}`, 'Run doctor: it lists the fields.');
}

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
