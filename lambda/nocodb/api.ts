import { VARIABLES } from '../settings/settings.ts';
import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import type { Clock } from '../tracker/clock.ts';
import { EndpointNotFoundError } from '../tracker/errors.ts';
import type { RequestContext, ServerFacts } from '../tracker/record-source.ts';
import type { NocoDbClient } from './client.ts';
import type { Dialect, TableDescription } from './dialect.ts';
import { dialectV2 } from './dialect-v2.ts';
import { dialectV3 } from './dialect-v3.ts';
import { ErrorResponse, isPathUnknown } from './error-response.ts';
import { readResponse } from './read-response.ts';

/** NocoDB's API, in the version that the settings name, or in one that the server has. */
export interface NocoDbApi {
  readonly settings: NocoDbSettings;
  readonly client: NocoDbClient;

  /**
   * Makes calls in a version of the API. With `auto`, work that finds that the server does not have the version is done
   * again in the other one.
   *
   * @param work makes the calls; it must be safe to repeat when the server does not know the path of its first call
   * @throws {TrackerError} what `work` throws
   */
  ask<T>(context: RequestContext, work: (dialect: Dialect) => Promise<T>): Promise<T>;

  /**
   * Reads the table's description. The viewer role is enough for it (`tableGet` is among the viewer's rights in
   * `src/utils/acl.ts` of nocodb 0.301.3).
   *
   * @throws {TrackerError}
   */
  readTable(context: RequestContext): Promise<TableDescription>;

  /** Takes over what another process learned. */
  recall(facts: ServerFacts): void;
  /** What is known about the server. */
  facts(): ServerFacts;
}

/** With `auto`, a server that had no v2 is asked for it again after a day, milliseconds. */
const ASK_V2_AGAIN_AFTER_MS = 24 * 60 * 60_000;

const READ_TABLE = 'read the fields of the table';

export function createNocoDbApi(settings: NocoDbSettings, client: NocoDbClient, clock: Clock): NocoDbApi {
  const { apiVersion } = settings;
  const v2 = dialectV2(settings);
  let facts: ServerFacts = {};
  const baseId = () => settings.baseId ?? facts.baseId;

  /** The versions to try, in this order. */
  function versions(): readonly [Dialect['version'], Dialect['version']?] {
    if (apiVersion !== 'auto') return [apiVersion];
    const { withoutV2Since = Number.NEGATIVE_INFINITY } = facts;
    return clock.now() - withoutV2Since < ASK_V2_AGAIN_AFTER_MS ? ['v3', 'v2'] : ['v2', 'v3'];
  }

  async function v3(context: RequestContext): Promise<Dialect> {
    if (baseId() === undefined) {
      await readTableIn(v2, context).catch((error: unknown) => {
        throw isMissing(error) ? needsBase(error) : error;
      });
    }
    return dialectV3(settings, `${baseId()}`);
  }

  function noteAnswer(version: Dialect['version'], isFirst: boolean): void {
    if (apiVersion !== 'auto') return;
    const { baseId } = facts;
    if (version === 'v2') facts = { baseId };
    else if (!isFirst) facts = { baseId, withoutV2Since: clock.now() };
  }

  async function readTableIn(dialect: Dialect, context: RequestContext): Promise<TableDescription> {
    const response = await client.send(
      {
        operation: READ_TABLE,
        method: 'GET',
        path: dialect.tablePath,
        params: '',
        recordIds: 0,
        repeatable: true,
      },
      context,
    );
    const table = readResponse(response, context, (json) => dialect.readTable(json));
    if (table.baseId !== undefined) facts = { ...facts, baseId: table.baseId };
    return table;
  }

  const api: NocoDbApi = {
    settings,
    client,
    async ask(context, work) {
      const [first, other] = versions();
      const ask = async (version: Dialect['version']) => work(version === 'v2' ? v2 : await v3(context));
      try {
        const result = await ask(first);
        noteAnswer(first, true);
        return result;
      } catch (error) {
        if (other === undefined || !isMissing(error)) throw error;
        if (other === 'v3' && baseId() === undefined) throw needsBase(error);
        try {
          const result = await ask(other);
          noteAnswer(other, false);
          return result;
        } catch (second) {
          throw isMissing(second) ? error : second;
        }
      }
    },
    readTable: (context) => api.ask(context, (dialect) => readTableIn(dialect, context)),
    recall(known) {
      facts = { ...known, baseId: known.baseId ?? facts.baseId };
    },
    facts: () => facts,
  };
  return api;
}

/** Whether the server does not know the path, as one does that lacks this version of the API. */
function isMissing(error: unknown): error is EndpointNotFoundError {
  if (!(error instanceof EndpointNotFoundError)) return false;
  return error.cause instanceof ErrorResponse && isPathUnknown(error.cause);
}

function needsBase({
  operation,
  target,
  problem,
  hint,
  cause,
}: EndpointNotFoundError): EndpointNotFoundError {
  return new EndpointNotFoundError({
    operation,
    target,
    problem,
    hint: `${hint} If this NocoDB has no API v2 any more, set ${VARIABLES.baseId} to the id of the table's base: it begins with p and stands before the id of the table in the address bar.`,
    cause,
  });
}
