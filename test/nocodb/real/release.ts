import { fileURLToPath } from 'node:url';

/** The releases that the contract tests use. */
export const RELEASES = {
  /** The last one on npm. It has both APIs, v2 and v3. */
  current: '0.301.3',
  /** An older one, without the API v3. */
  old: '0.262.5',
} as const;

export type Release = keyof typeof RELEASES;

/** The folder of an installation: a cache that git ignores. */
export function nocoDbFolder(release: Release): string {
  const name = release === 'current' ? 'nocodb' : `nocodb-${RELEASES[release]}`;
  return fileURLToPath(new URL(`../../../.cache/${name}`, import.meta.url));
}
