import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LOCALSTACK_VERSION } from '../../localstack/install.ts';
import { SERVICES } from '../../localstack/localstack.ts';

const COMPOSE = readFileSync(join(import.meta.dirname, '../../../infra/local/compose.yaml'), 'utf8');

test('Docker publishes everything to this machine only', () => {
  const published = [...COMPOSE.matchAll(/^ +- "?(\S*:\d+:\d+)"?$/gm)].map(([, port]) => port);

  expect(published).toEqual(['127.0.0.1:4566:4566', '127.0.0.1:8080:8080']);
});

test('Docker starts the LocalStack that the tests run on', () => {
  expect(COMPOSE).toContain(`image: localstack/localstack:${LOCALSTACK_VERSION}\n`);
  expect(COMPOSE).toContain(`SERVICES: ${SERVICES.join(',')}\n`);
});
