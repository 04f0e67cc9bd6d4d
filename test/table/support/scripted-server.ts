import { type Answer as HttpAnswer, json, silence, startHttpServer } from '../../support/http-server.ts';

/** How a request is answered: not at all, or as DynamoDB does. */
export type Answer = 'silence' | { readonly error: string } | { readonly body: unknown };

/** A request to DynamoDB: the operation, such as `GetItem`, and its input. */
export interface SeenRequest {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A server in place of DynamoDB that answers by a script; the last answer is repeated. */
export async function startScriptedServer(...script: readonly [Answer, ...Answer[]]) {
  const [first, ...others] = script;
  const server = await startHttpServer(toHttpAnswer(first), ...others.map(toHttpAnswer));
  return {
    endpoint: server.url,
    get requests(): readonly SeenRequest[] {
      return server.requests.map(({ headers, body }) => ({
        operation: String(headers['x-amz-target']).split('.').at(-1) ?? '',
        input: body as SeenRequest['input'],
      }));
    },
  };
}

function toHttpAnswer(answer: Answer): HttpAnswer {
  if (answer === 'silence') return silence;
  const contentType = { 'content-type': 'application/x-amz-json-1.0' };
  if ('body' in answer) return json(200, answer.body, contentType);
  const type = `com.amazonaws.dynamodb.v20120810#${answer.error}`;
  return json(400, { __type: type, message: 'told by the test' }, contentType);
}
