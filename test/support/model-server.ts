/** A model provider on loopback that speaks OpenAI's Chat Completions and does as the last message of the user says. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What the last message of the user may say:
 * - `words N`: that many words, `word1 word2 …`
 * - `hold NAME`: the word `begun`, and the rest, `released`, after {@link ModelServer.release}
 * - `tool NAME {json}`: a call of the offered tool whose name ends so; once its result is there, `The tool said: …`
 * - `tools N NAME {json}`: that many of these calls at once
 * - `calls ["tool NAME {json}", …]`: these calls at once
 * - `overloaded`: status 503, and the next time `Hello! I'm doing well.`
 * - `break NAME`: the word `begun`, and after {@link ModelServer.release} the connection breaks
 * - `letters N`: that many letters at once
 * - `refuse`: status 401 and an error that repeats the key it was given
 * - anything else: `Hello! I'm doing well.`
 */
export interface ModelServer extends AsyncDisposable {
  /** For `OPENAI_BASE_URL`. */
  readonly url: string;
  /** How many calls have come. */
  calls(): number;
  /** The headers of each of them. */
  readonly headers: readonly IncomingHttpHeaders[];
  /** Resolves when calls `hold` of this name are waiting, that many of them. */
  held(name: string, count?: number): Promise<void>;
  /** Lets them go on. */
  release(name: string): void;
  /** How many callers have left before their answer was whole. */
  abandoned(): number;
}

interface Ask {
  readonly text: string;
  readonly toolResult: string | undefined;
  readonly tools: readonly string[];
}

/** Starts it on a free port. */
export async function startModelServer(): Promise<ModelServer> {
  const waiting = new Map<string, (() => void)[]>();
  let changed = Promise.withResolvers<void>();
  let calls = 0;
  const headers: IncomingHttpHeaders[] = [];
  let abandoned = 0;
  let wasOverloaded = false;

  const hold = (name: string) =>
    new Promise<void>((resolve) => {
      waiting.set(name, [...(waiting.get(name) ?? []), resolve]);
      changed.resolve();
      changed = Promise.withResolvers();
    });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A tool that is to wait asks here and is answered when it may go on.
    const gate = /^\/gate\/(\w+)$/.exec(request.url ?? '')?.[1];
    if (gate) {
      await hold(gate);
      response.end('the gate is open');
      return;
    }
    calls++;
    headers.push(request.headers);
    response.once('close', () => {
      if (!response.writableFinished) abandoned++;
    });
    const ask = await readAsk(request);
    if (ask.text === 'refuse') {
      const message = `Incorrect API key provided: ${request.headers.authorization}`;
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code: 'invalid_api_key' } }));
      return;
    }
    if (ask.text === 'overloaded' && !wasOverloaded) {
      wasOverloaded = true;
      response.writeHead(503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'The engine is overloaded', type: 'server_error' } }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for await (const delta of deltasFor(ask, hold)) response.write(chunk({ delta, finish_reason: null }));
    response.write(chunk({ delta: {}, finish_reason: isCall(ask) ? 'tool_calls' : 'stop' }));
    const usage = { prompt_tokens: 150, completion_tokens: 200, total_tokens: 350 };
    response.end(`data: ${JSON.stringify({ ...BASE, choices: [], usage })}\n\ndata: [DONE]\n\n`);
  }

  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    answer(request, response).catch((cause) => response.destroy(cause));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const release = (name: string) => {
    for (const resolve of waiting.get(name) ?? []) resolve();
    waiting.delete(name);
  };
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls: () => calls,
    headers,
    abandoned: () => abandoned,
    release,
    async held(name, count = 1) {
      while ((waiting.get(name)?.length ?? 0) < count) await changed.promise;
    },
    async [Symbol.asyncDispose]() {
      for (const name of [...waiting.keys()]) release(name);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const BASE = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o' };
const chunk = (choice: object) => `data: ${JSON.stringify({ ...BASE, choices: [{ index: 0, ...choice }] })}\n\n`;

const TOOL = /^tools?(?: (\d+))? ([a-zA-Z_][\w-]*) (\{.*\})$/s;
const isCall = ({ text, toolResult }: Ask) => callsIn(text).length > 0 && toolResult === undefined;

/** The calls that a text asks for. */
function callsIn(text: string): { readonly name: string; readonly json: string }[] {
  const many = /^calls (\[.*\])$/s.exec(text)?.[1];
  if (many !== undefined) return (JSON.parse(many) as string[]).flatMap(callsIn);
  const [, count = '1', name, json = ''] = TOOL.exec(text) ?? [];
  return name === undefined ? [] : Array.from({ length: Number(count) }, () => ({ name, json }));
}

async function* deltasFor(ask: Ask, hold: (name: string) => Promise<void>): AsyncGenerator<object> {
  const calls = callsIn(ask.text);
  const [, kind, argument = ''] = /^(words|letters|hold|break) (\w+)/.exec(ask.text) ?? [];
  if (calls.length && ask.toolResult === undefined) {
    yield {
      role: 'assistant',
      tool_calls: calls.map(({ name, json }, index) => ({
        index,
        id: `call_${index + 1}`,
        type: 'function',
        function: { name: ask.tools.find((tool) => tool.endsWith(name)) ?? name, arguments: json },
      })),
    };
  } else if (calls.length) {
    yield { role: 'assistant', content: `The tool said: ${ask.toolResult}` };
  } else if (kind === 'words') {
    for (let count = 1; count <= Number(argument); count++) {
      yield { content: `word${count} ` };
      // One packet for each word, as a provider would send them.
      await new Promise(setImmediate);
    }
  } else if (kind === 'letters') {
    yield { content: 'x'.repeat(Number(argument)) };
  } else if (kind === 'break') {
    yield { content: 'begun ' };
    await hold(argument);
    throw new Error('the connection breaks');
  } else if (kind === 'hold') {
    yield { content: 'begun ' };
    await hold(argument);
    yield { content: 'released' };
  } else {
    yield { role: 'assistant', content: 'Hello! ' };
    yield { content: "I'm doing well." };
  }
}

interface ChatMessage {
  readonly role: string;
  readonly content: string | readonly { readonly text?: string }[];
}

async function readAsk(request: IncomingMessage): Promise<Ask> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  const { messages, tools = [] }: { messages: ChatMessage[]; tools?: { function: { name: string } }[] } =
    JSON.parse(text);
  const last = messages.at(-1);
  const user = messages.findLast(({ role }) => role === 'user');
  return {
    text: user ? textOf(user) : '',
    toolResult: last?.role === 'tool' ? textOf(last) : undefined,
    tools: tools.map((tool) => tool.function.name),
  };
}

const textOf = ({ content }: ChatMessage) =>
  typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('');
