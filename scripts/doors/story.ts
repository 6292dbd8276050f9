/**
 * One conversation through six doors, each by its official client: begun in `useChat`'s own engine, watched over AG-UI, approved over REST,
 * continued with OpenAI's SDK, from an editor, and by a client of MCP.
 */
import { HttpAgent } from '@ag-ui/client';
import { Chat } from '@ai-sdk/react';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { UIMessage } from 'ai';
import OpenAI from 'openai';
import { chatTransport } from '../../client/index.ts';
import { createRestClient, readEvents, type Schemas } from '../../client/rest.ts';
import { askFromEditor } from './editor.ts';

/** What came of a part of the story. */
export interface Chapter {
  readonly door: string;
  readonly client: string;
  /** The run that the door has begun, watched or answered. */
  readonly runId: string;
  /** What the client was told, as it names it. */
  readonly told: readonly string[];
  /** The log of that run, by the types of its events. */
  readonly log: readonly string[];
}

/** The conversation in the end. */
export interface Story {
  readonly chapters: readonly Chapter[];
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly runs: readonly { readonly id: string; readonly status: string }[];
}

const AGENT = 'teller';

/** Tells the story at a server, and calls `onChapter` after each part. Throws where a door says something else than the others. */
export async function tellStory(
  url: string,
  { conversation, onChapter = () => undefined }: { conversation: string; onChapter?: (chapter: Chapter) => void },
): Promise<Story> {
  const rest = createRestClient(url);
  const chapters: Chapter[] = [];
  const logOf = async (run_id: string): Promise<string[]> => {
    const { data } = await rest.GET('/runs/{run_id}/events', { params: { path: { run_id } }, parseAs: 'stream' });
    const events = data ? await Array.fromAsync(readEvents(data)) : [];
    return shorten(events.map((event) => (JSON.parse(event.data) as Schemas['PromptEvent']).type));
  };
  const tell = async (door: string, client: string, runId: string, told: readonly string[]) => {
    const chapter = { door, client, runId, told: shorten(told), log: await logOf(runId) };
    chapters.push(chapter);
    onChapter(chapter);
  };
  await rest.POST('/agents', {
    body: { id: AGENT, selected_mcp_servers: ['toolbox'], approvals: { tools: ['toolbox__*'] } },
  });

  const chat = new Chat<UIMessage>({ id: conversation, transport: chatTransport(AGENT, { url }) });
  await chat.sendMessage({ text: 'What is 17 * 23?' });
  const asked = requireLast(chat.messages);
  const first = String(Object(asked.metadata).run_id);
  await tell('Vercel AI SDK', 'useChat', first, asked.parts.map(nameOfPart));

  const watched = await watch(url, conversation, first);
  await tell('AG-UI', 'HttpAgent', first, watched);

  const { data: open } = await rest.GET('/approvals', { params: { query: { conversation_id: conversation } } });
  const [approval] = open?.approvals ?? [];
  if (approval?.run_id !== first) throw new Error(`The approval is of run ${approval?.run_id}, and not of ${first}`);
  const { data: answered } = await rest.POST('/approvals/{approval_id}', {
    params: { path: { approval_id: approval.id } },
    body: { approved: true },
  });
  const second = answered?.resumed_by ?? '';
  await tell('REST', 'fetch', second, [`${answered?.tool}: ${answered?.status}`]);

  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' });
  const response = await openai.responses.create({ model: AGENT, input: 'Hello', previous_response_id: second });
  await tell(
    'OpenAI',
    'responses.create',
    response.id,
    response.output.map(({ type }) => type),
  );

  const editor = await askFromEditor(url, { agent: AGENT, conversation, text: 'Hello from the editor' });
  await tell('ACP', 'session/load, session/prompt', await newestRun(), [
    ...editor.replayed,
    `answer: ${editor.answer}`,
  ]);

  const { run_id, status } = await askOverMcp(url, conversation);
  await tell('MCP', `ask_${AGENT}`, run_id, [`status: ${status}`]);

  const path = { conversation_id: conversation };
  const [{ data: stored }, { data: listed }] = await Promise.all([
    rest.GET('/conversations/{conversation_id}', { params: { path } }),
    rest.GET('/runs', { params: { query: { conversation_id: conversation } } }),
  ]);
  return { chapters, messages: stored?.messages ?? [], runs: (listed?.runs ?? []).toReversed() };

  async function newestRun(): Promise<string> {
    const { data } = await rest.GET('/runs', { params: { query: { conversation_id: conversation, limit: 1 } } });
    return data?.runs[0]?.id ?? '';
  }
}

function requireLast(messages: readonly UIMessage[]): UIMessage {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') throw new Error('The chat has no answer');
  return last;
}

const nameOfPart = (part: UIMessage['parts'][number]): string =>
  part.type === 'dynamic-tool' ? `${part.toolName}: ${part.state}` : part.type;

/** Reads a run of the conversation with the client of AG-UI. */
async function watch(url: string, threadId: string, runId: string): Promise<string[]> {
  const agent = new HttpAgent({ url: `${url}/api/v1/ag-ui/${AGENT}/connect`, threadId });
  const types: string[] = [];
  await agent.runAgent(
    { runId },
    {
      onEvent({ event }) {
        types.push(event.type);
      },
    },
  );
  return types;
}

async function askOverMcp(url: string, conversation_id: string): Promise<{ run_id: string; status: string }> {
  const client = new Client({ name: 'story', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/api/v1/mcp`)));
  try {
    const said = { message: 'Hello from a tool', conversation_id };
    const { structuredContent } = await client.callTool({ name: `ask_${AGENT}`, arguments: said });
    return structuredContent as { run_id: string; status: string };
  } finally {
    await client.close();
  }
}

/** The same with repetitions counted. */
function shorten(types: readonly string[]): string[] {
  const groups: { readonly type: string; count: number }[] = [];
  for (const type of types) {
    const last = groups.at(-1);
    if (last?.type === type) last.count++;
    else groups.push({ type, count: 1 });
  }
  return groups.map(({ type, count }) => (count === 1 ? type : `${type} x${count}`));
}
