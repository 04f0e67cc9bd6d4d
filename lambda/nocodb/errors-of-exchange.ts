import { ConnectionFailedError, InvalidResponseError, TimeoutError } from '../tracker/errors.ts';
import { NOCODB_VARIABLES } from './settings.ts';
import { codeOf, type ExchangeFault, LARGEST_ANSWER } from './transport/exchange.ts';
import type { CallNames, Failure } from './transport/failure.ts';

/** Codes for a host that does not exist, and for certificates that are not trusted: waiting does not help. */
const LASTING_CODES = /^(?:ENOTFOUND|ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;

/** The error that an exchange without a complete answer is, and whether the call is worth repeating. */
export function failureOfFault(fault: ExchangeFault, timeout: number, names: CallNames): Failure {
  const { reason, cause, bytes } = fault;
  const code = codeOf(cause);
  switch (reason) {
    case 'timeout':
      return {
        error: new TimeoutError({
          ...names,
          problem: `no complete answer within ${Math.round(timeout)} ms`,
          wayOut: 'See what NocoDB is busy with, and whether the network between lets the request through.',
          cause,
        }),
        repeat: 'later',
      };
    case 'reset':
      return {
        error: new ConnectionFailedError({
          ...names,
          problem: `the connection was closed before an answer (${code})`,
          wayOut: 'See whether NocoDB restarts, and what stands between it and the tracker.',
          cause,
        }),
        repeat: 'atOnce',
      };
    case 'unreachable':
      return {
        error: new ConnectionFailedError({
          ...names,
          problem: `no connection (${code || messageOf(cause)})`,
          wayOut: `See whether NocoDB runs, and whether ${NOCODB_VARIABLES.apiUrl} is its address as seen from the tracker.`,
          cause,
        }),
        repeat: LASTING_CODES.test(code) ? 'never' : 'later',
      };
    case 'tooLarge':
      return {
        error: new InvalidResponseError({
          ...names,
          problem: `the answer is larger than ${LARGEST_ANSWER} bytes`,
          wayOut: `See whether ${NOCODB_VARIABLES.apiUrl} is the address of NocoDB.`,
        }),
        repeat: 'never',
      };
    case 'broken':
      return {
        error: new InvalidResponseError({
          ...names,
          problem: `the answer broke off after ${bytes} bytes (${code || messageOf(cause)})`,
          wayOut: 'See whether NocoDB or a proxy before it restarts, and whether it speaks http or https.',
          cause,
        }),
        repeat: 'later',
      };
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'no reason given';
}
