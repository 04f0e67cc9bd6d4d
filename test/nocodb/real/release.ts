import { fileURLToPath } from 'node:url';

/** The release that the contract tests use. */
export const NOCODB_VERSION = '0.301.3';

/** The folder of the installation: a cache that git ignores. */
export const NOCODB_FOLDER = fileURLToPath(new URL('../../../.cache/nocodb', import.meta.url));
