import { type Answer, json } from '../../support/http-server.ts';

/** A page of records; the last page by default. */
export const page = (list: unknown[], isLastPage = true): Answer =>
  json(200, { list, pageInfo: { isLastPage } });

/** Closes the connection without a response, as a server does that no longer keeps it. */
export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy();
};

/** Begins a response and closes the connection in the middle of it. */
export const halfBody: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"list":[{"Id":1,', () => response.socket?.destroy());
};

/** Begins a response and never ends it. */
export const stalledBody: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"list":[');
};

/** Answers with something that is not HTTP. */
export const notHttp: Answer = (response) => {
  response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n');
};
