/** A provider on loopback, of OpenAI's Chat Completions, whose model says at a pace what it is asked to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Plan, readPlan, wordsOf } from './plan.ts';

/** A running one. */
export interface PlannedModel extends AsyncDisposable {
  /** The model as a server names it. */
  readonly model: string;
  /** The variables of a server that uses it. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Message {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly tool_calls?: readonly unknown[];
}

interface Asked {
  readonly messages: readonly Message[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/** Starts it on a free port. */
export async function startPlannedModel(): Promise<PlannedModel> {
  const server = createServer((request, response) => {
    void answer(request, response).catch((cause: unknown) => response.destroy(Object(cause)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The provider has no port');
  return {
    model: 'openai:planned',
    environment: {
      OPENAI_API_KEY: 'campaign',
      OPENAI_BASE_URL: `http://127.0.0.1:${address.port}/v1`,
      OPENAI_API: 'chat',
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked: Asked = JSON.parse(await text(request));
  const { plan, step } = findStep(asked.messages);
  const { calls = [] } = plan.steps[step] ?? {};
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const word of wordsOf(plan, step)) {
    await sleep(plan.paceMs);
    if (response.destroyed) return;
    response.write(chunk({ content: `${word} ` }));
  }
  for (const [index, { tool, call, ms }] of calls.entries()) {
    const name = asked.tools?.find((offered) => offered.function.name.endsWith(tool))?.function.name ?? tool;
    const described = { name, arguments: JSON.stringify({ call, ms }) };
    response.write(chunk({ tool_calls: [{ index, id: `call-${call}`, type: 'function', function: described }] }));
  }
  response.write(chunk({}, calls.length ? 'tool_calls' : 'stop'));
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  response.end(`data: ${JSON.stringify({ ...CHUNK, choices: [], usage })}\n\ndata: [DONE]\n\n`);
}

/** What was asked last, and how far its answer is: each step but the last one makes calls. */
function findStep(messages: readonly Message[]): { readonly plan: Plan; readonly step: number } {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const done = messages.slice(last + 1).filter(({ tool_calls }) => tool_calls?.length);
  return { plan: readPlan(textOf(messages[last])), step: done.length };
}

const textOf = ({ content }: Partial<Message> = {}): string =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');

const CHUNK = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'planned' };
const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ ...CHUNK, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
