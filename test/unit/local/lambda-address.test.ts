import { expect, test } from 'vitest';
import { urlForLambdas } from '../../../infra/local/nocodb-to-watch.ts';

test.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
  'Lambdas in containers reach %s of this machine by the name Docker gives it',
  (url) => {
    expect(urlForLambdas(url, true)).toBe('http://host.docker.internal:8080');
  },
);

test('Lambdas that are processes of this machine use its own loopback', () => {
  expect(urlForLambdas('http://127.0.0.1:8080', false)).toBe('http://127.0.0.1:8080');
});

test('other machines have the same address everywhere', () => {
  expect(urlForLambdas('https://noco.example/base', true)).toBe('https://noco.example/base');
});
