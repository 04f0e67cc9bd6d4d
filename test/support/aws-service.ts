import { startHttpServer } from './http-server.ts';

/** A request as an AWS service with a JSON protocol receives it. */
export interface AwsRequest {
  /** `AmazonSSM.GetParameter` */
  readonly target: string | undefined;
  readonly body: unknown;
}

/** The body of an answer, an error, or no answer at all. */
export type AwsAnswer = object | AwsError | 'silence';

class AwsError {
  readonly code: string;

  constructor(code: string) {
    this.code = code;
  }
}

/** An answer that the SDK throws. @param code its name: `AccessDeniedException` */
export function awsError(code: string): AwsAnswer {
  return new AwsError(code);
}

/** Starts a server in place of an AWS service. It closes when the test ends. */
export async function startAwsService(answer: (request: AwsRequest) => AwsAnswer) {
  const requests: AwsRequest[] = [];
  const server = await startHttpServer((response, { headers, body }) => {
    const request = { target: headers['x-amz-target']?.toString(), body };
    requests.push(request);
    const given = answer(request);
    if (given === 'silence') return;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (given instanceof AwsError) {
      response.writeHead(/^Internal/.test(given.code) ? 500 : 400);
      response.end(JSON.stringify({ __type: given.code, message: 'no' }));
    } else response.end(JSON.stringify(given));
  });
  const client = {
    endpoint: server.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return { client, requests };
}
