/** A call of the webhook that is answered with a 4xx, and writes nothing. The message is for whoever set NocoDB up. */
export class WebhookRefusal extends Error {
  /** HTTP status. */
  readonly status: 400 | 401 | 405 | 413;

  constructor(status: WebhookRefusal['status'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.status = status;
  }
}
