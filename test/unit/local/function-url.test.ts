import { expect, test } from 'vitest';
import { localFunctionUrl } from '../../../infra/local/demo/install-webhook.ts';

const ENDPOINT = 'http://127.0.0.1:4566';

test("the URL of AWS leads nowhere locally: MiniStack's path is used", () => {
  expect(localFunctionUrl('https://bz30sgm4b6.lambda-url.us-east-1.on.aws/', ENDPOINT)).toBe(
    'http://127.0.0.1:4566/_aws/lambda-url/bz30sgm4b6/',
  );
});

test('the URL of LocalStack leads to it', () => {
  const url = 'http://bz30sgm4b6.lambda-url.us-east-1.localhost.localstack.cloud:4566/';

  expect(localFunctionUrl(url, ENDPOINT)).toBe(url);
});
