/** Where and how a webhook sends, as its notification says. */
export interface Notification {
  readonly payload: {
    readonly method: string;
    /** The URL. */
    readonly path: string;
    readonly headers?: readonly {
      readonly name: string;
      readonly value: string;
      readonly enabled: boolean;
    }[];
  };
}

/** What became of a webhook's message. NocoDB does not send again. */
export interface Delivery {
  readonly url: string;
  readonly event: unknown;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Why no answer came. */
  readonly error?: string;
}

/** How long NocoDB waits for an answer, milliseconds. */
const ANSWER_WITHIN = 60_000;

/** Sends an event once. Never throws: what went wrong is a part of the delivery. */
export async function deliver({ payload }: Notification, event: unknown): Promise<Delivery> {
  const url = payload.path;
  const own = (payload.headers ?? [])
    .filter(({ enabled }) => enabled)
    .map(({ name, value }) => [name, value]);
  try {
    const response = await fetch(url, {
      method: payload.method,
      headers: { ...Object.fromEntries(own), 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    await response.arrayBuffer();
    return { url, event, status: response.status };
  } catch (error) {
    return { url, event, status: 0, error: String(error) };
  }
}
