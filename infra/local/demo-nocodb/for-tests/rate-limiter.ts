/** The limit for each token. NocoDB's documentation: 5 requests a second, then 429 for 30 seconds. */
export interface RateLimit {
  readonly requestsPerSecond: number;
  readonly blockSeconds: number;
}

/** Counts requests by token. */
export interface RateLimiter {
  /** @returns `undefined` to let the request through, otherwise the seconds to wait */
  refuse(token: string): number | undefined;
}

/** @param now the clock, epoch milliseconds */
export function createRateLimiter(limit: RateLimit, now: () => number): RateLimiter {
  const recent = new Map<string, number[]>();
  const blockedUntil = new Map<string, number>();
  return {
    refuse(token) {
      const time = now();
      const blocked = blockedUntil.get(token) ?? 0;
      if (time < blocked) return Math.ceil((blocked - time) / 1000);
      const within = (recent.get(token) ?? []).filter((at) => at > time - 1000);
      recent.set(token, [...within, time]);
      if (within.length < limit.requestsPerSecond) return undefined;
      blockedUntil.set(token, time + limit.blockSeconds * 1000);
      recent.delete(token);
      return limit.blockSeconds;
    },
  };
}
