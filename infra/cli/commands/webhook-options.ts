import { STACK_OUTPUTS } from '../../stack-names.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, UsageError } from '../errors.ts';

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
