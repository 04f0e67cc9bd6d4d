import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An address of this machine that leads to the URL of a Lambda function. */
export interface FunctionDoor extends AsyncDisposable {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Does what a name server and AWS's front do for a function's URL. An emulator finds the function by the name of the
 * host in a request, and no name server leads that name to an emulator, except that of LocalStack's container.
 *
 * @param functionUrl as the stack's output has it
 * @param endpoint the emulator
 */
export async function openFunctionDoor(functionUrl: string, endpoint: string): Promise<FunctionDoor> {
  const { host } = new URL(functionUrl);
  const { hostname, port } = new URL(endpoint);
  const server = createServer((incoming, outgoing) => {
    const { url: path, method, headers } = incoming;
    const passedOn = request({ hostname, port, path, method, headers: { ...headers, host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passedOn.on('error', () => outgoing.destroy());
    incoming.pipe(passedOn);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close,
    [Symbol.asyncDispose]: close,
  };
}
