/** The header in which NocoDB's webhook brings the secret that both sides know. */
export const SECRET_HEADER = 'x-payment-tracker-secret';

/** A secret has so many characters at least; fewer could be guessed. */
export const SHORTEST_SECRET = 16;
