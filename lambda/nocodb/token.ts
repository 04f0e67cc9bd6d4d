/** Port: where the API token comes from. It is read anew for every request and never kept elsewhere. */
export interface TokenProvider {
  /** The token, possibly from a cache. */
  get(): Promise<string>;
  /** The token from its source, past every cache: NocoDB has just rejected the one from `get`. */
  refresh(): Promise<string>;
}

/** A token that never changes: for the command line and for tests. */
export function fixedToken(token: string): TokenProvider {
  return { get: async () => token, refresh: async () => token };
}
