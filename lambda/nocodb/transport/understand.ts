import type { Clock } from '../../tracker/clock.ts';
import { InvalidResponseError } from '../../tracker/errors.ts';
import { failureOfRefusal } from '../errors-of-response.ts';
import { NOCODB_VARIABLES } from '../settings.ts';
import type { Reading } from './api-call.ts';
import type { Sending } from './attempt.ts';
import type { HttpAnswer } from './exchange.ts';
import type { CallNames, Failure } from './failure.ts';
import { parseJson, readRefusal, shorten } from './refusal.ts';
import { UnexpectedShapeError } from './shape.ts';

/** What an answer is: the value that was asked for, or a failure. */
export function understand<T>(
  answer: HttpAnswer,
  { call, names, secret }: Pick<Sending<T>, 'call' | 'names' | 'secret'>,
  clock: Clock,
): Reading<T> | Failure {
  if (answer.status < 200 || answer.status > 299) {
    // A debugging proxy may echo the request's headers: the token must not get into an error that way.
    const refusal = readRefusal({ ...answer, body: answer.body.replaceAll(secret, '[token]') });
    const special = call.readRefusal?.(refusal, names);
    if (special === undefined) return failureOfRefusal(refusal, names, clock);
    return 'value' in special ? special : { error: special, repeat: 'never' };
  }
  const json = parseJson(answer.body);
  if (json === undefined)
    return { error: notJson(answer.body.replaceAll(secret, '[token]'), names), repeat: 'later' };
  try {
    return call.read(json);
  } catch (error) {
    if (!(error instanceof UnexpectedShapeError)) throw error;
    return { error: wrongShape(error, names), repeat: 'never' };
  }
}

function notJson(body: string, names: CallNames): InvalidResponseError {
  const kind = body.trim() === '' ? 'nothing' : /^\s*</.test(body) ? 'HTML' : 'something else';
  const sample = kind === 'nothing' ? '' : `: ${shorten(body, 80)}`;
  return new InvalidResponseError({
    ...names,
    problem: `the server answered ${kind} instead of JSON${sample}`,
    wayOut: `See whether ${NOCODB_VARIABLES.apiUrl} is the address of NocoDB, and what a proxy before it answers.`,
  });
}

function wrongShape(error: UnexpectedShapeError, names: CallNames): InvalidResponseError {
  return new InvalidResponseError({
    ...names,
    problem: error.message,
    wayOut: 'See whether this is NocoDB, in a version with the v2 API, and whether a field was renamed.',
    cause: error,
  });
}
