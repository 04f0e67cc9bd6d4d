/** The header in which NocoDB's webhook brings the secret that both sides know. */
export const SECRET_HEADER = 'x-payment-tracker-secret';
