/** How other programs call an agent, as text to copy. Pure: the same call gives the same text, and a key is never part of it. */

import { mcpEntries } from './snippet-entries.ts';
import { addressOf, type Call, KEY_VARIABLE, literal, type Way } from './snippet-parts.ts';
import { chatComponent, pythonAgUi, pythonHttpx, pythonOpenAi } from './snippet-programs.ts';

/** What follows `{ url` or `{ baseUrl` in the options of a client here. */
const keyOption = ({ needsKey }: Call) => (needsKey ? `, apiKey: process.env.${KEY_VARIABLE}` : '');

/** A word of a shell. */
const word = (text: string) => (/^[\w:/.,@%+=~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

function curl(call: Call, path: string, body: unknown, { flags = '', headers = [] as readonly string[] } = {}): string {
  const lines = [
    `curl ${flags}${word(addressOf(call, path))}`,
    ...['Content-Type: application/json', ...headers].map((header) => `-H '${header}'`),
    ...(call.needsKey ? [`-H "Authorization: Bearer $${KEY_VARIABLE}"`] : []),
    `-d ${word(JSON.stringify(body))}`,
  ];
  return lines.join(' \\\n  ');
}

/** Over HTTP, as a stream of events or as one answer. */
const curlWay = (call: Call): Way => ({
  id: 'curl',
  title: 'curl',
  hint: 'For any language: one POST, answered by a stream of events, or at once.',
  snippets: [
    {
      title: 'Stream',
      text: curl(call, '/api/v1/agents/{id}/prompt', { message: 'Hello!' }, { flags: '-N ' }),
    },
    { title: 'One answer', text: curl(call, '/api/v1/agents/{id}/prompt/sync', { message: 'Hello!' }) },
  ],
});

const typescriptWay = (call: Call): Way => ({
  id: 'typescript',
  title: 'TypeScript',
  hint: 'Needs: npm install @agent-runtimes/client',
  snippets: [
    {
      title: 'Typed client',
      text: `import { createClient } from '@agent-runtimes/client';

const client = createClient(${literal(call.root)}${call.needsKey ? `, { apiKey: process.env.${KEY_VARIABLE} }` : ''});
const events = await client.prompts.stream.mutate({ agent_id: ${literal(call.agentId)}, message: 'Hello!' });
for await (const event of events) {
  if (event.type === 'text') process.stdout.write(event.content);
}
`,
    },
  ],
});

const pythonWay = (call: Call): Way => ({
  id: 'python',
  title: 'Python',
  hint: 'Needs: pip install httpx; the second one the package in client/python as well.',
  snippets: [
    { title: 'httpx', text: pythonHttpx(call) },
    { title: 'AGUIClient', text: pythonAgUi(call) },
  ],
});

const chatWay = (call: Call): Way => ({
  id: 'usechat',
  title: 'useChat',
  hint: `Needs: npm install @agent-runtimes/client @ai-sdk/react ai. A page of another origin is let in by --cors-origin.${
    call.needsKey
      ? ' Whoever opens the page can read its key: put a server of yours in between where that matters.'
      : ''
  }`,
  snippets: [{ title: 'Component', text: chatComponent(call) }],
});

const openAiWay = (call: Call): Way => ({
  id: 'openai',
  title: 'OpenAI SDK',
  hint: `For whatever takes a base URL, which is ${call.root}/v1. The model is the agent.`,
  snippets: [
    {
      title: 'TypeScript',
      text: `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: ${literal(`${call.root}/v1`)},
  apiKey: ${call.needsKey ? `process.env.${KEY_VARIABLE}` : `'none'`},
});
const { output_text } = await client.responses.create({ model: ${literal(call.agentId)}, input: 'Hello!' });
console.log(output_text);
`,
    },
    { title: 'Python', text: pythonOpenAi(call) },
  ],
});

const agUiWay = (call: Call): Way => ({
  id: 'ag-ui',
  title: 'AG-UI',
  hint: 'For chat windows. Needs: npm install @ag-ui/client, or @agent-runtimes/client for AGUIAdapter.',
  snippets: [
    {
      title: 'HttpAgent',
      text: `import { HttpAgent } from '@ag-ui/client';

const agent = new HttpAgent({
  url: ${literal(addressOf(call, '/api/v1/ag-ui/{id}/'))},${
    call.needsKey ? `\n  headers: { Authorization: \`Bearer \${process.env.${KEY_VARIABLE}}\` },` : ''
  }
});
agent.addMessage({ id: crypto.randomUUID(), role: 'user', content: 'Hello!' });
await agent.runAgent({}, { onTextMessageContentEvent: ({ event }) => void process.stdout.write(event.delta) });
`,
    },
    {
      title: 'AGUIAdapter',
      text: `import { AGUIAdapter } from '@agent-runtimes/client';

const adapter = new AGUIAdapter({ baseUrl: ${literal(addressOf(call, '/api/v1/ag-ui/{id}/'))}${keyOption(call)} });
await adapter.sendMessage('Hello!', { onToken: (token) => process.stdout.write(token) });
`,
    },
  ],
});

const a2aWay = (call: Call): Way => ({
  id: 'a2a',
  title: 'A2A',
  hint: 'For other agents. Needs: npm install @a2a-js/sdk',
  snippets: [
    { title: 'Card', text: addressOf(call, '/api/v1/a2a/{id}/.well-known/agent-card.json') },
    { title: 'SDK', text: a2aProgram(call) },
    {
      title: 'curl',
      text: curl(
        call,
        '/api/v1/a2a/{id}/',
        {
          jsonrpc: '2.0',
          id: 1,
          method: 'SendMessage',
          params: { message: { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'Hello!' }] } },
        },
        { headers: ['A2A-Version: 1.0'] },
      ),
    },
  ],
});

function a2aProgram(call: Call): string {
  const names = ['ClientFactory', ...(call.needsKey ? ['DefaultAgentCardResolver', 'JsonRpcTransportFactory'] : [])];
  const factory = call.needsKey
    ? `const fetchImpl: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set('Authorization', \`Bearer \${process.env.${KEY_VARIABLE}}\`);
  return fetch(input, { ...init, headers });
};
const factory = new ClientFactory({
  transports: [new JsonRpcTransportFactory({ fetchImpl })],
  cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
});`
    : 'const factory = new ClientFactory();';
  return `import { SendMessageRequest } from '@a2a-js/sdk';
import { ${names.join(', ')} } from '@a2a-js/sdk/client';

${factory}
const client = await factory.createFromUrl(${literal(addressOf(call, '/api/v1/a2a/{id}/'))});
const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text: 'Hello!' }] };
const task = await client.sendMessage(SendMessageRequest.fromJSON({ message }));
console.log(JSON.stringify(task, null, 2));
`;
}

/** Every way to call an agent. */
export const waysToCall = (call: Call): readonly Way[] => [
  curlWay(call),
  typescriptWay(call),
  pythonWay(call),
  chatWay(call),
  openAiWay(call),
  agUiWay(call),
  a2aWay(call),
  ...mcpEntries(call),
];
