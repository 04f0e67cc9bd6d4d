import { VARIABLES as NAMES } from '../settings/settings.ts';
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
  type TrackerError,
  type TrackerErrorDetails,
  UrlTooLongError,
} from '../tracker/errors.ts';
import type { Refusal } from './error-response.ts';
import {
  isFieldUnknown,
  isFieldUnsuitable,
  isPassing,
  isPathUnknown,
  isQueryRefused,
  isTableGone,
  isTooLong,
} from './error-response.ts';
import type { CallNames, Failure, Repeat } from './retry.ts';
import { penaltyEnd } from './retry-after.ts';

/** A kind of refusal, the error it is, and what can be done about it. */
interface Rule {
  readonly matches: (refusal: Refusal) => boolean;
  readonly error: new (details: TrackerErrorDetails) => TrackerError;
  readonly hint: string;
  /** @default 'never' */
  readonly repeat?: Repeat;
}

/** The first that matches holds. */
const RULES: readonly Rule[] = [
  {
    matches: ({ status }) => status === 401,
    error: TokenRejectedError,
    hint: 'Create an API token in NocoDB (Team & Settings, API Tokens) and store it as the token.',
  },
  {
    matches: ({ status }) => status === 403,
    error: AccessDeniedError,
    hint: "Give the token's user at least the viewer role in the table's base.",
  },
  {
    matches: isTooLong,
    error: UrlTooLongError,
    hint: 'Raise the limit of NocoDB or of the proxy before it.',
  },
  {
    matches: isTableGone,
    error: TableNotFoundError,
    hint: `Set ${NAMES.tableId} to the table's id (m…, in the address bar when the table is open), not to its title.`,
  },
  {
    matches: isFieldUnknown,
    error: FieldNotFoundError,
    hint: `Set ${NAMES.idField}, ${NAMES.paidField} and ${NAMES.ownerField} to titles of the table's fields, letter for letter, or to their ids (c…), which survive renaming.`,
  },
  {
    matches: isFieldUnsuitable,
    error: FieldNotFoundError,
    hint: `Without ${NAMES.paidValues}, ${NAMES.paidField} has to name a checkbox; with it, a select, text or number field.`,
  },
  {
    matches: isPathUnknown,
    error: EndpointNotFoundError,
    hint: `Set ${NAMES.apiUrl} to the address of NocoDB, as in https://nocodb.example.com.`,
  },
  {
    matches: isQueryRefused,
    error: InvalidQueryError,
    hint: 'See what is special about the record ids and values in it.',
  },
  {
    matches: isPassing,
    error: ServerFaultError,
    hint: 'See the log of NocoDB.',
    repeat: 'later',
  },
];

/** The error that a refusal is, and whether the call is worth repeating. */
export function failureOfRefusal(refusal: Refusal, names: CallNames, clock: Clock): Failure {
  const details = { ...names, problem: problemOf(refusal) };
  if (refusal.status === 429) {
    const retryAt = penaltyEnd(refusal.headers, clock.now());
    const hint = `Nothing is sent before ${new Date(retryAt).toISOString()}; if it happens often, make the interval longer or give the tracker a NocoDB user of its own.`;
    return { error: new RateLimitedError({ ...details, hint, retryAt }), repeat: 'never' };
  }
  if (refusal.status >= 300 && refusal.status < 400) {
    const hint = redirectHint(refusal, names);
    return { error: new EndpointNotFoundError({ ...details, hint }), repeat: 'never' };
  }
  const rule = RULES.find(({ matches }) => matches(refusal));
  const ErrorClass = rule?.error ?? InvalidResponseError;
  const hint = rule?.hint ?? 'See what NocoDB or a proxy before it means by that.';
  return {
    error: new ErrorClass({ ...details, hint: hint + strangerHint(refusal) }),
    repeat: rule?.repeat ?? 'never',
  };
}

function problemOf({ status, code, databaseCode, reason }: Refusal): string {
  const kind = [status, code, databaseCode].filter((part) => part !== undefined).join(' ');
  const words = reason.replace(/\.$/, '');
  return `the server answered ${kind}${words === '' ? '' : `: ${words}`}`;
}

function strangerHint({ fromNocoDb, status, reason }: Refusal): string {
  // NocoDB's own 431 comes from Node without a body.
  if (fromNocoDb || status === 431 || reason === '') return '';
  return ' The answer is not in the form of NocoDB; a proxy before it may have given it.';
}

function redirectHint({ headers: { location } }: Refusal, { target }: CallNames): string {
  const [, from] = target.split(' ');
  const url = location === undefined ? null : URL.parse(location, from);
  const to = url === null ? 'another address' : `${url.origin}${url.pathname}`;
  return `It redirects to ${to}: set ${NAMES.apiUrl} to the address that answers without a redirect (https instead of http, as a rule).`;
}
