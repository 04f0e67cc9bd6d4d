/** NocoDB's limit for the title of a field. */
const MAX_TITLE_LENGTH = 255;

/** The syntax of `where=(field,op,value)~and(…)` and of the comma-separated `fields`. The v2 API has no escape for it. */
const SYNTAX_OF_FIELDS = /[,()~\p{Cc}\p{Zl}\p{Zp}]/u;

/** Commas separate the values of `in`. Tildes and doubled parentheses begin another condition. */
const SYNTAX_OF_VALUES = /[,~\p{Cc}\p{Zl}\p{Zp}]|\(\(|\)\)/u;

/**
 * Why a query cannot name a field by this title; `undefined` when it can.
 *
 * NocoDB's v2 filter grammar (`extractFilterFromXwhere` of nocodb-sdk 0.301.3) has no quoting.
 */
export function faultOfFieldName(name: string): string | undefined {
  if (name.length > MAX_TITLE_LENGTH)
    return `is longer than a NocoDB field title (${MAX_TITLE_LENGTH} characters)`;
  if (SYNTAX_OF_FIELDS.test(name)) {
    return 'holds a comma, parenthesis, tilde or line break, which NocoDB cannot filter by: use the id of the field (c…), or rename it';
  }
  return undefined;
}

/** Why a query cannot ask for this value; `undefined` when it can. Single parentheses are harmless. */
export function faultOfPaidValue(value: string): string | undefined {
  if (value.length > MAX_TITLE_LENGTH) return `is longer than ${MAX_TITLE_LENGTH} characters`;
  if (SYNTAX_OF_VALUES.test(value)) {
    return 'holds a comma, tilde, doubled parenthesis or line break, which NocoDB cannot filter by: rename the option';
  }
  return undefined;
}
