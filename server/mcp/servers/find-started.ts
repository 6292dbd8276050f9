import { untilAborted } from '../../async/until-aborted.ts';
import { ORIGINS, type ServerOrigin } from '../definitions/server-definition.ts';
import type { RunningServers } from './running-servers.ts';
import type { SupervisedServer } from './supervised-server.ts';

type Body = Readonly<Record<string, unknown>>;

/** What the processes of a service ask each other. */
interface Asks {
  answer(kind: string, handler: (body: Body) => Body): void;
  ask(kind: string, body: Body): Promise<{ readonly answers: readonly Body[] }>;
}

/** Finds the server that a caller names, of those that run or come up; undefined when it runs nowhere. */
export type FindStarted = (
  id: string,
  origin: ServerOrigin | undefined,
  signal: AbortSignal,
) => Promise<SupervisedServer | undefined>;

const ACTIVE = 'mcp/active';

/** Finds servers. Use starts them where they are used: one that runs at another process of the service is started here when it is asked for. */
export function createFindStarted(servers: RunningServers, asks?: Asks): FindStarted {
  asks?.answer(ACTIVE, ({ id, origin }) => {
    const from = ORIGINS.find((each) => each === origin);
    return { origin: typeof id === 'string' ? (servers.findActive(id, from)?.definition.origin ?? null) : null };
  });
  return async (id, origin, signal) => {
    const found = servers.findActive(id, origin);
    if (found || !asks || !servers.find(origin === undefined ? id : { id, origin })) return found;
    const { answers } = await asks.ask(ACTIVE, { id, origin });
    const elsewhere = ORIGINS.find((each) => answers.some((answer) => answer.origin === each));
    const server = elsewhere && servers.find({ id, origin: elsewhere });
    if (server) await untilAborted(server.startForUse(), signal);
    return servers.findActive(id, origin);
  };
}
