/** A request that is answered with a 4xx, and writes nothing. The message is for the person who set up NocoDB. */
export class WebhookRequestError extends Error {
  /** HTTP status. */
  readonly status: 400 | 401 | 405 | 413;

  constructor(status: WebhookRequestError['status'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.status = status;
  }
}
