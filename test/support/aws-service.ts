import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as an AWS service with a JSON protocol gets it. */
export interface AwsRequest {
  /** `AmazonSSM.GetParameter` */
  readonly target: string | undefined;
  readonly body: unknown;
}

/** A service of AWS that answers what it is told to, on a free port, until the test ends. */
export async function startAwsService(answer: (request: AwsRequest) => unknown) {
  const requests: AwsRequest[] = [];
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    const received = { target: request.headers['x-amz-target']?.toString(), body: JSON.parse(text) };
    requests.push(received);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(answer(received)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const client = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return { client, requests };
}
