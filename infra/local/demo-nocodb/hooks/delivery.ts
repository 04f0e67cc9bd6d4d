/** The result of sending the event of a webhook. NocoDB does not send it again. */
export interface Delivery {
  readonly url: string;
  readonly event: unknown;
  /** HTTP status; 0 when there was no response. */
  readonly status: number;
  /** Why there was no response. */
  readonly error?: string;
}

/** Where and how a webhook sends, in NocoDB's form. */
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

/** NocoDB's own limit. */
const TIMEOUT_MS = 60_000;

/** Sends an event once. It does not throw: the delivery holds the error. */
export async function deliver({ payload }: Notification, event: unknown): Promise<Delivery> {
  const url = payload.path;
  const headers = (payload.headers ?? [])
    .filter(({ enabled }) => enabled)
    .map(({ name, value }) => [name, value]);
  try {
    const response = await fetch(url, {
      method: payload.method,
      headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return { url, event, status: response.status };
  } catch (error) {
    return { url, event, status: 0, error: String(error) };
  }
}
