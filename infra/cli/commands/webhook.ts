import { Command } from 'commander';
import { findField } from '../../../lambda/nocodb/fields.ts';
import { MIN_SECRET_LENGTH } from '../../../lambda/webhook/secret-check.ts';
import { STACK_OUTPUTS } from '../../constructs/stack-outputs.ts';
import { CommandError, EXIT_CODE, UsageError } from '../console/errors.ts';
import { print } from '../console/terminal.ts';
import type { NocoDbAccess } from '../nocodb/nocodb-access.ts';
import { Webhooks } from '../nocodb/webhooks.ts';
import type { CommandContext, ToAction } from './context.ts';

/** `webhook install` and `webhook remove` */
export function webhookCommand(toAction: ToAction): Command {
  return new Command('webhook')
    .summary('Install or remove the webhook of NocoDB.')
    .addCommand(installCommand(toAction))
    .addCommand(removeCommand(toAction))
    .argument('[COMMAND]')
    .action(() => {
      throw new UsageError('"webhook" is one of: webhook install, webhook remove');
    });
}

const URL_FLAGS = '--url <URL>';
const URL_HELP = 'Where NocoDB sends its calls (default: the output WebhookUrl of the stack).';

interface InstallOptions {
  readonly url?: string;
  readonly secretParameter?: string;
}

function installCommand(toAction: ToAction): Command {
  return new Command('install')
    .summary('Let NocoDB report paid records at once instead of with the next tick.')
    .description(
      'It creates a webhook of the NocoDB table that calls the tracker when a record becomes paid, with a secret. The secret is stored in an SSM parameter (SecureString); if the parameter does not exist, it is created with a new secret. The token needs the rights of a creator. It is safe to repeat: a webhook with the same URL is replaced.',
    )
    .option(URL_FLAGS, URL_HELP)
    .option(
      '--secret-parameter <NAME>',
      'SSM parameter with the secret (default: the output WebhookSecretParameter of the stack).',
    )
    .addHelpText('after', INSTALL_EXAMPLES)
    .action(
      toAction(async (context, options: InstallOptions) => {
        const nocodb = context.nocodb();
        const url = await webhookUrl(options.url, 'webhook install', context);
        const parameterName =
          options.secretParameter ?? (await context.stackOutputs()).get(STACK_OUTPUTS.webhookSecretParameter);
        const webhooks = new Webhooks(nocodb);
        const before = (await webhooks.list()).filter((webhook) => webhook.url === url);
        const secret = await readOrCreateSecret(parameterName, context);
        const webhook = await webhooks.add({ url, secret, paidFieldId: await findPaidField(nocodb) });
        // Two webhooks for a moment do no harm: a payment is confirmed once. Without one, paid records wait for a tick.
        for (const old of before) await webhooks.remove(old);
        const done = before.length === 0 ? 'posts' : 'was renewed and posts';
        print(
          context,
          { id: webhook.id, url, replaced: before.length },
          `🪝 The webhook ${done} paid records to ${url}`,
        );
        return EXIT_CODE.done;
      }),
    );
}

const INSTALL_EXAMPLES = `
Examples:
  payment-tracker webhook install`;

function removeCommand(toAction: ToAction): Command {
  return new Command('remove')
    .summary('Remove the webhook. The ticks continue.')
    .description(
      'It deletes the webhooks of the NocoDB table that call the URL, and no others. The secret in SSM stays. The token needs the rights of a creator.',
    )
    .option(URL_FLAGS, URL_HELP)
    .addHelpText('after', REMOVE_EXAMPLES)
    .action(
      toAction(async (context, options: { readonly url?: string }) => {
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
      }),
    );
}

const REMOVE_EXAMPLES = `
Examples:
  payment-tracker webhook remove
  payment-tracker webhook remove --url https://abc.lambda-url.eu-central-1.on.aws/`;

/**
 * The webhook's URL, from the command line or the stack.
 *
 * @throws {UsageError} when the option is not a URL
 * @throws {CommandError} when the stack has no webhook
 */
async function webhookUrl(
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

async function readOrCreateSecret(
  parameterName: string,
  { parameters, newSecret }: CommandContext,
): Promise<string> {
  const known = await parameters.read(parameterName);
  if (known !== undefined) return checkLength(known.trim(), parameterName);
  const secret = newSecret();
  await parameters.create(parameterName, secret);
  return secret;
}

function checkLength(secret: string, parameterName: string): string {
  if (secret.length >= MIN_SECRET_LENGTH) return secret;
  throw new CommandError(
    `The secret in ${parameterName} has fewer than ${MIN_SECRET_LENGTH} characters, and the tracker refuses calls with it`,
    'Delete the parameter, and run webhook install again: it creates a new secret.',
  );
}

async function findPaidField(nocodb: NocoDbAccess): Promise<string> {
  const { paidField } = nocodb.settings;
  const field = findField((await nocodb.table()).fields, paidField);
  if (field !== undefined) return field.id;
  throw new CommandError(`The NocoDB table has no field ${paidField}`, 'Run doctor: it lists the fields.');
}
