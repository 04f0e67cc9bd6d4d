/** What goes wrong with one request. */
export type Fault =
  /** Another answer instead of the true one; a body that is a string is sent as it is. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection breaks before the request is looked at. */
  | { readonly kind: 'reset' }
  /** The true answer, whose connection breaks after so many bytes of the body. What was asked for is done. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** No answer, ever. */
  | { readonly kind: 'silence' };
