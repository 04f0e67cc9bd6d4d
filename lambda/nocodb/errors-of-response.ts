import type { Clock } from '../tracker/clock.ts';
import {
  AccessDeniedError,
  EndpointNotFoundError,
  FieldNotFoundError,
  InvalidQueryError,
  InvalidResponseError,
  RateLimitedError,
  ServerFaultError,
  TableNotFoundError,
  TokenRejectedError,
  UrlTooLongError,
} from '../tracker/errors.ts';
import { penaltyEnd } from './retry-after.ts';
import { NOCODB_VARIABLES } from './settings.ts';
import type { CallNames, Failure } from './transport/failure.ts';
import type { Refusal } from './transport/refusal.ts';

/**
 * Codes of database errors that pass by themselves; NocoDB's v2 answers them with 400 like all others
 * (`src/helpers/db-error` of nocodb 0.301.3). Taken for a refused query they would cost a payment its place.
 */
const PASSING_DATABASE_ERRORS: ReadonlySet<string> = new Set([
  ...['40001', '40P01', '53300', '57P01', '57P03'],
  ...['SQLITE_BUSY', 'ER_LOCK_WAIT_TIMEOUT', 'ER_LOCK_DEADLOCK'],
]);

/** NocoDB's words for a database of its own choosing that it cannot reach at the moment: 400 and 408. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'ERR_IN_EXTERNAL_DATA_SOURCE',
  'ERR_EXTERNAL_DATA_SOURCE_TIMEOUT',
]);

/** Codes of a 404 that mean the table, or the base with it, is gone. */
const TABLE_GONE_CODES: ReadonlySet<string> = new Set([
  'ERR_TABLE_NOT_FOUND',
  'ERR_BASE_NOT_FOUND',
  'ERR_SOURCE_NOT_FOUND',
  'ERR_WORKSPACE_NOT_FOUND',
]);

/**
 * The error that a refusal is, and whether the call is worth repeating.
 *
 * Status codes alone do not tell: a 404 may mean the table, a field, a record or the path; a 400 may be a bad id or a
 * busy database. NocoDB's error codes decide where there are any.
 */
export function failureOfRefusal(refusal: Refusal, names: CallNames, clock: Clock): Failure {
  const { status, code, databaseCode } = refusal;
  const details = (wayOut: string) => ({
    ...names,
    problem: problemOf(refusal),
    wayOut: wayOut + hintOf(refusal),
  });

  if (status === 429) {
    const retryAt = penaltyEnd(refusal.headers, clock.now());
    const wayOut = `Nothing is sent before ${new Date(retryAt).toISOString()}; if it happens often, make the interval longer or give the tracker a NocoDB user of its own.`;
    return never(new RateLimitedError({ ...details(wayOut), retryAt }));
  }
  if (
    status >= 500 ||
    status === 408 ||
    PASSING_CODES.has(code ?? '') ||
    PASSING_DATABASE_ERRORS.has(databaseCode ?? '')
  ) {
    return { error: new ServerFaultError(details('See the log of NocoDB.')), repeat: 'later' };
  }
  if (status === 401) {
    return never(
      new TokenRejectedError(
        details('Create an API token in NocoDB (Team & Settings, API Tokens) and store it as the token.'),
      ),
    );
  }
  if (status === 403) {
    return never(
      new AccessDeniedError(details("Give the token's user at least the viewer role in the table's base.")),
    );
  }
  if (status === 413 || status === 414 || status === 431 || isHeaderTooLarge(refusal)) {
    return never(new UrlTooLongError(details('Raise the limit of NocoDB or of the proxy before it.')));
  }
  if (status >= 300 && status < 400) {
    return never(new EndpointNotFoundError(details(redirectHint(refusal, names))));
  }
  if (TABLE_GONE_CODES.has(code ?? '')) {
    return never(
      new TableNotFoundError(
        details(
          `Set ${NOCODB_VARIABLES.tableId} to the table's id (m…, in the address bar when the table is open), not to its title.`,
        ),
      ),
    );
  }
  if (isFieldUnknown(refusal)) {
    return never(
      new FieldNotFoundError(
        details(
          `Set ${NOCODB_VARIABLES.idField}, ${NOCODB_VARIABLES.paidField} and ${NOCODB_VARIABLES.ownerField} to titles of the table's fields, letter for letter, or to their ids (c…), which survive renaming.`,
        ),
      ),
    );
  }
  if (isFieldUnsuitable(refusal)) {
    return never(
      new FieldNotFoundError(
        details(
          `Without ${NOCODB_VARIABLES.paidValues}, ${NOCODB_VARIABLES.paidField} has to name a checkbox; with it, a select, text or number field.`,
        ),
      ),
    );
  }
  if ((status === 404 || status === 405 || status === 410) && code === undefined) {
    return never(
      new EndpointNotFoundError(
        details(`Set ${NOCODB_VARIABLES.apiUrl} to the address of NocoDB, as in https://nocodb.example.com.`),
      ),
    );
  }
  if (status === 400 || status === 404 || status === 422) {
    return never(
      new InvalidQueryError(details('See what is special about the record ids and values in it.')),
    );
  }
  return never(new InvalidResponseError(details('See what NocoDB or a proxy before it means by that.')));
}

function never(error: Failure['error']): Failure {
  return { error, repeat: 'never' };
}

/** 404 when the unknown field is in `fields`, 422 without a code when it is in `where` (measured on 0.301.3). */
function isFieldUnknown({ status, code, reason }: Refusal): boolean {
  return code === 'ERR_FIELD_NOT_FOUND' || (status === 422 && /^Column alias '.*' not found/.test(reason));
}

/** The paid field is of a type that the configured comparison does not suit: a checkbox with values, as a rule. */
function isFieldUnsuitable({ code, reason }: Refusal): boolean {
  return code === 'ERR_FILTER_VERIFICATION_FAILED' && /Operation \w+ is not supported/.test(reason);
}

/** nginx answers headers beyond its buffers with 400. */
function isHeaderTooLarge({ status, reason }: Refusal): boolean {
  return status === 400 && /header.* too large/i.test(reason);
}

function problemOf({ status, code, reason }: Refusal): string {
  const kind = code === undefined ? `${status}` : `${status} ${code}`;
  return reason === ''
    ? `the server answered ${kind}`
    : `the server answered ${kind}: ${reason.replace(/\.$/, '')}`;
}

function hintOf({ fromNocoDb, status, reason }: Refusal): string {
  // NocoDB's own 429 is a bare string, and its 431 comes from Node without a body.
  if (fromNocoDb || status === 429 || status === 431 || reason === '') return '';
  return ' The answer is not in the form of NocoDB; a proxy before it may have given it.';
}

function redirectHint({ headers: { location } }: Refusal, { target }: CallNames): string {
  const [, from] = target.split(' ');
  const url = location === undefined ? null : URL.parse(location, from);
  const to = url === null ? 'another address' : `${url.origin}${url.pathname}`;
  return `It redirects to ${to}: set ${NOCODB_VARIABLES.apiUrl} to the address that answers without a redirect (https instead of http, as a rule).`;
}
