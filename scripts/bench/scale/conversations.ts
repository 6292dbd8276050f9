/** What stored conversations cost, many ones and long ones. */
import type { Report } from '../report.ts';
import { seedConversations } from '../seed-conversations.ts';
import { findDeepPage, measureRequest, measureRun, measureSizes } from './sizes.ts';

export const name = 'conversations';

const TURNS = 200;
const constant = { unit: 'µs', growth: 'constant' } as const;

/** Prints what requests cost by how many conversations of 200 turns there are, and by how many turns a conversation has. */
export async function run(report: Report): Promise<void> {
  report.section(name, `Conversations of ${TURNS} turns: CPU of the server a request, by how many there are`);
  await measureSizes({
    report,
    sizes: [10, 100, 1_000, 10_000],
    seed: (folder, size) => seedConversations(folder, { prefix: 'c', count: size, turns: TURNS }),
    async measure(server, size, { add }) {
      add('first page of 50', await measureRequest(server, { method: 'GET', path: '/conversations' }), constant);
      const deep = await findDeepPage(server, '/conversations', 100);
      add('page in the depth', await measureRequest(server, { method: 'GET', path: deep }), constant);
      add('GET one', await measureRequest(server, { method: 'GET', path: '/conversations/c-7' }), constant);
      add('a run, a new one', await measureRun(server, { agent: 'agent-0' }), constant);
      const conversationOf = (each: number) => `c-${each % size}`;
      add('a run, in one of them', await measureRun(server, { agent: 'agent-0', conversationOf }), constant);
    },
  });
  report.section('turns', 'Turns of one conversation: CPU of the server a request, by how many turns it has');
  await measureSizes({
    report,
    sizes: [10, 50, 200, 1_000],
    seed: (folder, size) => seedConversations(folder, { prefix: `t${size}`, count: 200, turns: size }),
    async measure(server, size, { add }) {
      const linear = { unit: 'µs', growth: 'n log n' } as const;
      add('GET it', await measureRequest(server, { method: 'GET', path: `/conversations/t${size}-7` }), linear);
      add(
        'a run in it',
        await measureRun(server, { agent: 'agent-0', conversationOf: (each) => `t${size}-${each % 200}` }),
        linear,
      );
    },
  });
}
