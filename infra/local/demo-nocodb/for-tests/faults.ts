/** A fault that a test causes for one request. */
export type Fault =
  /** Another response instead of the real one; a body that is a string is sent as it is. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection closes before the request is read. */
  | { readonly kind: 'reset' }
  /** The real response, but the connection closes after this number of bytes of the body. The request is executed. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** No response. */
  | { readonly kind: 'silence' };
