/** The longer snippets: a chat in React, and Python. */
import { addressOf, type Call, KEY_PLACEHOLDER, KEY_VARIABLE, literal } from './snippet-parts.ts';

/** A whole chat, with the calls that wait for an answer. */
export const chatComponent = (call: Call): string => `'use client';
import { chatTransport } from '@agent-runtimes/client';
import { useChat } from '@ai-sdk/react';
import { lastAssistantMessageIsCompleteWithApprovalResponses } from 'ai';
import { useState } from 'react';

const transport = chatTransport(${literal(call.agentId)}, { url: ${literal(call.root)}${
  call.needsKey ? `, apiKey: '${KEY_PLACEHOLDER}'` : ''
} });

export default function Chat({ id }: { id: string }) {
  const [text, setText] = useState('');
  const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithApprovalResponses;
  const chat = useChat({ id, transport, resume: true, sendAutomaticallyWhen });
  return (
    <form onSubmit={(event) => (event.preventDefault(), chat.sendMessage({ text }), setText(''))}>
      {chat.messages.flatMap(({ id, parts }) => parts.map((part, index) => (
        <p key={\`\${id} \${index}\`}>
          {part.type === 'text' && part.text}
          {part.type === 'dynamic-tool' && \`\${part.toolName}: \${part.state}\`}
          {part.type === 'dynamic-tool' && part.state === 'approval-requested' && [true, false].map((approved) => (
            <button type="button" key={\`\${approved}\`} onClick={() => chat.addToolApprovalResponse({ id: part.approval.id, approved })}>
              {approved ? 'Allow' : 'Refuse'}
            </button>
          ))}
        </p>
      )))}
      <input value={text} onChange={(event) => setText(event.target.value)} />
      <button type="button" onClick={() => transport.stop(id)}>Stop</button>
    </form>
  );
}
`;

const environmentImport = ({ needsKey }: Call) => (needsKey ? 'import os\n\n' : '');
const keyFromEnvironment = `os.environ["${KEY_VARIABLE}"]`;

/** One answer over HTTP. */
export const pythonHttpx = (call: Call): string => `${environmentImport(call)}import httpx

response = httpx.post(
    ${quoted(addressOf(call, '/api/v1/agents/{id}/prompt/sync'))},
    json={"message": "Hello!"},${
      call.needsKey ? `\n    headers={"Authorization": f"Bearer {os.environ['${KEY_VARIABLE}']}"},` : ''
    }
    timeout=None,
)
response.raise_for_status()
print(response.json()["response"])
`;

/** A stream of events by the client for Python. */
export const pythonAgUi = (call: Call): string => `import asyncio
${call.needsKey ? 'import os\n' : ''}
from agent_runtimes.transports.clients import AGUIClient

URL = ${quoted(addressOf(call, '/api/v1/ag-ui/{id}/'))}


async def main():
    async with AGUIClient(URL${call.needsKey ? `, api_key=${keyFromEnvironment}` : ''}) as client:
        async for event in client.run("Hello!"):
            if event.type == "TEXT_MESSAGE_CONTENT":
                print(event.delta, end="", flush=True)


asyncio.run(main())
`;

/** One answer by the SDK of OpenAI. */
export const pythonOpenAi = (call: Call): string => `${environmentImport(call)}from openai import OpenAI

client = OpenAI(
    base_url=${quoted(`${call.root}/v1`)},
    api_key=${call.needsKey ? keyFromEnvironment : '"none"'},
)
print(client.responses.create(model=${quoted(call.agentId)}, input="Hello!").output_text)
`;

// What JSON writes is a literal of Python too.
const quoted = (text: string) => JSON.stringify(text);
