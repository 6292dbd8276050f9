/**
 * What the product does for each request beside answering it, for peers to do as well: a key compared in constant time, a limit by key
 * with what is left of it in headers, helmet's headers, an id, and a line of JSON in a log. Pino writes that with what is fastest for it;
 * the product has an output of its own, which joins more lines into one write.
 */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { devNull } from 'node:os';
import pino from 'pino';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { z } from 'zod';
import { computeSecurityHeaders } from '../../../server/http/security-headers.ts';
import { agentsOf } from '../data.ts';

/** What is answered. */
export const health = { status: 'healthy', version: '0.1.0' };
/** Agents by their ids; a PATCH changes them. */
export const agents = new Map(agentsOf(100).map((agent) => [agent.id, agent]));
/** All of them, as the list shows them. */
export const listAgents = () => ({ agents: [...agents.values()] });

/** Changes an agent and says so; undefined when there is none. */
export function selectServers(id: string, { selected_mcp_servers }: { readonly selected_mcp_servers: string[] }) {
  const agent = agents.get(id);
  if (!agent) return undefined;
  agents.set(id, { ...agent, selected_mcp_servers });
  return { agent_id: id, selected_mcp_servers, message: 'MCP servers updated successfully' };
}

/** The body of a PATCH, for zod and as JSON Schema. */
export const PatchBody = z.strictObject({ selected_mcp_servers: z.array(z.string().min(1).max(128)).max(100) });
export const patchBodySchema = z.toJSONSchema(PatchBody, { target: 'draft-7' });

/** helmet's headers as the product sends them, in pairs: the same for each answer. */
export const securityHeaders: readonly (readonly [string, string])[] = toPairs(computeSecurityHeaders());

function toPairs(flat: readonly string[]): [string, string][] {
  const names = flat.filter((_, index) => index % 2 === 0);
  return names.map((name, index) => [name, flat[index * 2 + 1] ?? '']);
}

const expected = Buffer.from('Bearer bench-key');

/** Whether a request has the key. */
export function hasKey(authorization: string | undefined): boolean {
  const given = Buffer.from(authorization ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const POINTS = 100_000_000;
const limiter = new RateLimiterMemory({ points: POINTS, duration: 60 });

/** Counts a request of a key. Resolves with headers that say what is left; undefined when it is over the limit. Not asked for `/health`, as by the product. */
export async function takeFromLimit(key: string): Promise<[string, string][] | undefined> {
  try {
    const { remainingPoints, msBeforeNext } = await limiter.consume(key);
    return [
      ['ratelimit-limit', String(POINTS)],
      ['ratelimit-remaining', String(remainingPoints)],
      ['ratelimit-reset', String(Math.ceil(msBeforeNext / 1000))],
    ];
  } catch {
    return undefined;
  }
}

const log = pino(
  { base: undefined },
  pino.destination({ dest: devNull, sync: false, minLength: 8192, periodicFlush: 100 }),
);

/** A request that is under way. */
export interface Told {
  readonly id: string;
  /** It is answered: writes its line. */
  end(status: number): void;
}

/** Begins to tell of a request; `id` is what its caller calls it. */
export function tellOf({
  method,
  path,
  id = randomUUID(),
}: {
  method: string;
  path: string;
  id?: string | undefined;
}): Told {
  const startedAt = performance.now();
  const end = (status: number) => {
    const ms = Math.round((performance.now() - startedAt) * 100) / 100;
    log.info({ request_id: id, method, path, status, ms, caller: 'bench' }, 'request');
  };
  return { id, end };
}
