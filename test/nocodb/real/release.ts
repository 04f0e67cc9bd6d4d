import { fileURLToPath } from 'node:url';

/** The release that the contract tests speak to. */
export const NOCODB_VERSION = '0.301.3';

/** Where it is installed: a cache that git ignores and that may be kept from run to run. */
export const NOCODB_FOLDER = fileURLToPath(new URL('../../../.cache/nocodb', import.meta.url));
