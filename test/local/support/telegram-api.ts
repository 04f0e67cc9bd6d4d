import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { json, type ReceivedRequest, startHttpServer, text } from '../../support/http-server.ts';

const TOKEN = '12345:AA-the-secret-token-of-the-bot';

/** How long `getUpdates` waits for an update, milliseconds. */
const LONG_POLL_MS = 200;

/** What happens to one message of the bot. */
export type Fault =
  /** Telegram refuses it. */
  | { readonly error_code: number; readonly description: string; readonly parameters?: object }
  /** Something between answers with HTML. */
  | 'html'
  /** The user gets it, but the bot never learns. */
  | 'silence';

export interface Message {
  readonly chatId: number;
  readonly text: string;
}

/** Telegram's Bot API for one bot, and its users (https://core.telegram.org/bots/api). */
export async function startTelegramApi() {
  let updates: { readonly update_id: number }[] = [];
  let lastId = 0;
  const faults: Fault[] = [];
  const blockedBy = new Set<number>();
  const received: Message[] = [];
  const attempts: Message[] = [];

  const server = await startHttpServer(async (response, request) => {
    const [, token, method = ''] = /^\/bot(.+)\/(\w+)$/.exec(request.path) ?? [];
    if (token !== TOKEN) return refuse(response, request, 401, 'Unauthorized');
    const fields = await fieldsOf(request);
    const answer = (result: unknown) => json(200, { ok: true, result })(response, request);
    if (method === 'getMe') {
      return answer({ id: 12345, is_bot: true, first_name: 'Shop', username: 'shop_bot' });
    }
    if (method === 'deleteWebhook') return answer(true);
    if (method === 'getUpdates') {
      // As Telegram does, forgets what the bot confirmed, and sends the rest again.
      updates = updates.filter(({ update_id }) => update_id >= Number(fields.offset ?? 0));
      if (updates.length === 0) await sleep(LONG_POLL_MS);
      return answer(updates);
    }
    if (method !== 'sendMessage') return refuse(response, request, 404, `Not Found: ${method}`);

    const message = { chatId: Number(fields.chat_id), text: String(fields.text) };
    attempts.push(message);
    if (blockedBy.has(message.chatId)) {
      return refuse(response, request, 403, 'Forbidden: bot was blocked by the user');
    }
    const fault = faults.shift();
    if (fault === 'html') return text(502, '<html>Bad Gateway</html>')(response, request);
    if (typeof fault === 'object') return json(fault.error_code, { ok: false, ...fault })(response, request);
    received.push(message);
    if (fault !== 'silence')
      return answer({ message_id: received.length, date: 0, chat: chat(message.chatId) });
  });

  return {
    url: server.url,
    token: TOKEN,
    /** The messages that users got, the oldest first. */
    received,
    /** The messages that the bot tried to send. */
    attempts,
    textsTo: (userId: number) => received.filter(({ chatId }) => chatId === userId).map((each) => each.text),
    /** A user writes to the bot, in their private chat by default. */
    write(userId: number, message: string, where: object = chat(userId)) {
      lastId += 1;
      const from = { id: userId, is_bot: false, first_name: 'User' };
      const entities = [{ type: 'bot_command', offset: 0, length: message.length }];
      updates.push({
        update_id: lastId,
        message: { message_id: lastId, date: 0, chat: where, from, text: message, entities },
      } as (typeof updates)[number]);
    },
    /** Whether the bot has confirmed all updates. */
    isIdle: () => updates.length === 0,
    /** Makes the next messages fail, one for each fault. */
    failNext: (...next: Fault[]) => void faults.push(...next),
    block: (userId: number) => void blockedBy.add(userId),
    unblock: (userId: number) => void blockedBy.delete(userId),
  };
}

function chat(userId: number) {
  return { id: userId, type: 'private', first_name: 'User' };
}

function refuse(response: ServerResponse, request: ReceivedRequest, error_code: number, description: string) {
  return json(error_code, { ok: false, error_code, description })(response, request);
}

/** grammY sends JSON, and python-telegram-bot sends forms. */
async function fieldsOf({
  headers,
  text: body,
}: ReceivedRequest): Promise<Readonly<Record<string, unknown>>> {
  const type = headers['content-type'] ?? '';
  if (body === '') return {};
  if (type.startsWith('application/json')) return JSON.parse(body);
  return Object.fromEntries(await new Response(body, { headers: { 'content-type': type } }).formData());
}
