/** Milliseconds: a bot that creates a payment may start first. */
const TIMEOUT = { GET: 5000, PUT: 10_000, POST: 30_000 };

/** Nothing answers at the page's address, or something else does. */
export class NoAnswerError extends Error {}

/** Sends a request to the server of the page. */
export async function call(method, path, body) {
  let response;
  let answer;
  try {
    response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(TIMEOUT[method]),
      ...(method !== 'GET' && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    answer = await response.json();
  } catch (cause) {
    throw new NoAnswerError('The tracker does not answer. Is npm start still running?', { cause });
  }
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
