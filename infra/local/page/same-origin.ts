import type { IncomingMessage } from 'node:http';

/**
 * Why a request must not be served, or undefined when it may.
 *
 * The page listens on the loopback only, but any web site that the person has open can send requests there. So the
 * host has to be ours by name (a site can point its own name at 127.0.0.1: DNS rebinding), and what changes something
 * has to come from the page itself.
 */
export function refusal(
  request: Pick<IncomingMessage, 'headers' | 'method'>,
  port: number,
): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = request.headers;
  if (host === undefined || !hosts.includes(host))
    return 'this page is served to 127.0.0.1 and localhost only';
  if (request.method === 'GET') return undefined;
  if (origin !== `http://${host}`) return 'changes are taken from the page itself only';
  if (request.headers['content-type'] !== 'application/json')
    return 'changes are taken as application/json only';
  return undefined;
}
