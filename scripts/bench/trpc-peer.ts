/** The peer of tRPC: its own standalone server with the same agents, and nothing around it. */
import { initTRPC, TRPCError } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { z } from 'zod';
import { announce } from './child.ts';
import { agentsOf } from './data.ts';

const agents = new Map(agentsOf(100).map((agent) => [agent.id, agent]));
const t = initTRPC.create();
const router = t.router({
  agents: t.router({
    get: t.procedure.input(z.object({ agent_id: z.string() })).query(({ input }) => {
      const agent = agents.get(input.agent_id);
      if (!agent) throw new TRPCError({ code: 'NOT_FOUND', message: 'Agent not found' });
      return agent;
    }),
  }),
});
const server = createHTTPServer({ router, basePath: '/trpc/' });
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  announce(address.port);
});
