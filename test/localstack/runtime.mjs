// Runs the handler of a Lambda function like AWS's runtime for Node.js, and uses the API of LocalStack like the program
// in its containers (lambda-runtime-init). Supports only async handlers, like AWS's runtime for Node.js 24.
import dns from 'node:dns';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const {
  LAMBDA_TASK_ROOT: root,
  _HANDLER: handlerName,
  AWS_LAMBDA_FUNCTION_TIMEOUT: timeoutSeconds,
  LOCALSTACK_RUNTIME_ENDPOINT: localStack,
  LOCALSTACK_RUNTIME_ID: id,
  PROCESS_EXECUTOR_PORT: port,
} = process.env;

// LocalStack has the other end of the pipe: when LocalStack ends, this process ends.
process.stdin.on('end', () => process.exit()).resume();

// In a container, this name is the host. Here the host is this machine.
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name === 'host.docker.internal' ? '127.0.0.1' : name, ...rest);

const log = recordOutput();
const handler = await load().catch(async (error) => {
  console.error(error);
  await tell(`status/${id}/error`, described(error));
  process.exit(1);
});

const server = createServer(async (request, response) => {
  const call = JSON.parse(Buffer.concat(await request.toArray()).toString());
  response.writeHead(202).end();
  await run(call);
});
server.listen(Number(port), '127.0.0.1', () => tell(`status/${id}/ready`, {}));

async function load() {
  const [, file, name] = /^(.*)\.([^.]+)$/.exec(handlerName);
  const path = ['.mjs', '.js', '.cjs'].map((end) => join(root, file + end)).find(existsSync);
  return (await import(pathToFileURL(path)))[name];
}

async function run({ 'invoke-id': requestId, 'invoked-function-arn': arn, payload, 'trace-id': trace }) {
  process.env._X_AMZN_TRACE_ID = trace;
  const begin = Date.now();
  log.take();
  const outcome = await Promise.race([
    answerTo(payload, contextOf(requestId, arn, begin)),
    timeOut(requestId),
  ]);
  if (outcome.fault !== undefined) console.error(outcome.fault);
  await tell(`invocations/${requestId}/logs`, { logs: framed(log.take(), requestId, Date.now() - begin) });
  if ('answer' in outcome) await tell(`invocations/${requestId}/response`, outcome.answer);
  else await tell(`invocations/${requestId}/error`, outcome.error);
  if (outcome.isOver) process.exit(1);
}

async function answerTo(payload, context) {
  try {
    return { answer: (await handler(JSON.parse(payload || '{}'), context)) ?? null };
  } catch (fault) {
    return { fault, error: described(fault) };
  }
}

/** Lambda ends a process when its time is over, whatever it is doing. */
function timeOut(requestId) {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${Number(timeoutSeconds).toFixed(2)} seconds`;
  const outcome = { error: { errorType: 'Sandbox.Timedout', errorMessage }, isOver: true };
  return new Promise((resolve) => {
    setTimeout(resolve, Number(timeoutSeconds) * 1000, outcome).unref();
  });
}

function contextOf(awsRequestId, invokedFunctionArn, begin) {
  const { env } = process;
  return {
    awsRequestId,
    invokedFunctionArn,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, begin + Number(timeoutSeconds) * 1000 - Date.now()),
  };
}

/** An error in the form of Lambda's response. */
function described(error) {
  return {
    errorType: error?.name ?? 'Error',
    errorMessage: error?.message ?? String(error),
    trace: error?.stack?.split('\n') ?? [],
  };
}

/** The lines that Lambda writes to the log before and after an invocation. */
function framed(lines, requestId, milliseconds) {
  return [
    `START RequestId: ${requestId} Version: ${process.env.AWS_LAMBDA_FUNCTION_VERSION}`,
    ...lines.split('\n').filter((line) => line !== ''),
    `END RequestId: ${requestId}`,
    `REPORT RequestId: ${requestId}\tDuration: ${milliseconds} ms`,
    '',
  ].join('\n');
}

/** Collects what is written from now on, in addition to writing it. */
function recordOutput() {
  let text = '';
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (chunk, ...rest) => {
      text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return write(chunk, ...rest);
    };
  }
  return {
    take() {
      const taken = text;
      text = '';
      return taken;
    },
  };
}

function tell(path, body) {
  return fetch(`${localStack}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
