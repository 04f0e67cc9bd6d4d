import { startHttpServer } from './http-server.ts';

/** A request as an AWS service with a JSON protocol receives it. */
export interface AwsRequest {
  /** `AmazonSSM.GetParameter` */
  readonly target: string | undefined;
  readonly body: unknown;
}

/** Starts a server in place of an AWS service. It closes when the test ends. */
export async function startAwsService(answer: (request: AwsRequest) => unknown) {
  const requests: AwsRequest[] = [];
  const server = await startHttpServer((response, { headers, body }) => {
    const request = { target: headers['x-amz-target']?.toString(), body };
    requests.push(request);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(answer(request)));
  });
  const client = {
    endpoint: server.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return { client, requests };
}
