import type { Outputs } from '../../index.ts';

/** An agent as the list tells it. */
export type Agent = Outputs['agents']['list']['agents'][number];

/** What to ask an agent with the tools of a server that everybody has. */
const TOOLBOX = [
  'What is 17 * 23?',
  'What time is it in Tokyo?',
  'How many words are in "to be or not to be"?',
  'What is the square root of 144?',
];
const ANY = ['What can you do?', 'Which tools do you have, and what are they good for?'];

/** What a conversation shows before anything was said. */
export function Greeting({ agent, ask }: { readonly agent: Agent; readonly ask: (text: string) => void }) {
  const examples = serverIdsOf(agent).includes('toolbox') ? TOOLBOX : ANY;
  return (
    <section className="chat-greeting" aria-label="Begin">
      <h2>{agent.name}</h2>
      {agent.description && <p className="soft">{agent.description}</p>}
      <ul>
        {examples.map((example) => (
          <li key={example}>
            <button type="button" onClick={() => ask(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The ids of the MCP servers that an agent selects. */
export const serverIdsOf = ({ selected_mcp_servers: selected }: Agent): string[] =>
  selected.map((one) => (typeof one === 'string' ? one : one.id));
