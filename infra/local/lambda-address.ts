/** Names for the machine itself, in URLs. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** What Docker calls the machine that containers run on. */
const HOST_OF_CONTAINERS = 'host.docker.internal';

/**
 * The URL under which a Lambda reaches what this machine reaches under `url`.
 *
 * @param containers whether Lambdas run in containers, as LocalStack's do: their loopback is their own
 */
export function urlForLambdas(url: string, containers: boolean): string {
  const address = new URL(url);
  if (!containers || !LOOPBACK.test(address.hostname)) return url;
  address.hostname = HOST_OF_CONTAINERS;
  return address.href.replace(/\/$/, '');
}
