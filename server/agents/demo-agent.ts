import type { Store } from '../store/store.ts';
import type { Agents } from './agents.ts';
import { createOnce } from './create-once.ts';

/** Makes the agent `demo` with the bundled `toolbox` server, once in the life of a data folder and only in an empty one: deleted, it stays deleted. */
export async function ensureDemoAgent(agents: Agents, facts: Store['facts']): Promise<void> {
  if ((await facts.get('demo_agent')) !== undefined) return;
  if (!agents.list().length) {
    await createOnce(agents, {
      id: 'demo',
      name: 'Demo agent',
      description: 'Tells the time, calculates and measures texts with the tools of the bundled toolbox server.',
      systemPrompt: 'You are a friendly assistant. Use your tools to answer, and say what they returned.',
      selectedMcpServers: ['toolbox'],
    });
  }
  await facts.set('demo_agent', new Date().toISOString());
}
