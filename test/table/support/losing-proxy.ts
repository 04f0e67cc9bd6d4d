import { startHttpServer } from '../../support/http-server.ts';
import { forward } from './forward.ts';

/**
 * A server in front of the emulator that passes every request on. After `loseNextAnswer()` it closes the connection
 * instead of answering the next one: the request was carried out, but its sender cannot know.
 */
export async function startLosingProxy() {
  let losing = false;
  let lost = 0;
  const server = await startHttpServer(async (response, request) => {
    const answer = await forward(request);
    if (losing) {
      losing = false;
      lost += 1;
      response.destroy();
      return;
    }
    await answer(response, request);
  });
  return {
    endpoint: server.url,
    loseNextAnswer: () => {
      losing = true;
    },
    answersLost: () => lost,
  };
}
