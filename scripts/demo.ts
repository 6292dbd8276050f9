/**
 * Starts a server with the demo agent on a free port, asks the agent a question over HTTP, prints what it streams, and ends the server:
 * `npm run demo -- 'question'`. `npm run demo -- doors` has one conversation through several doors instead; it needs all packages, `npm ci`.
 */
import { join } from 'node:path';
import { createRestClient, readEvents, type Schemas } from '../client/rest.ts';
import { ownFolder } from './own.ts';
import { startServerProcess } from './server-process.ts';

// On a tenth of a core it takes a minute.
const DEADLINE_MS = 600_000;
const question = process.argv[2] ?? 'What is 17 * 23?';

await using folder = await ownFolder('agent-runtimes-demo-');
try {
  await using server = await start(folder.path);
  await (question === 'doors' ? tellOfDoors(server.url) : ask(server.url));
} catch (cause) {
  console.error(`The demo failed: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exitCode = 1;
}

async function start(dataFolder: string): Promise<Awaited<ReturnType<typeof startServerProcess>>> {
  const startedAt = performance.now();
  const server = await startServerProcess({
    args: ['--demo', '--data-dir', dataFolder, '--mcp-config', join(dataFolder, 'mcp.json'), '--log-level', 'warn'],
  });
  console.log(`server   listens on ${server.url} after ${Math.round(performance.now() - startedAt)} ms`);
  return server;
}

async function tellOfDoors(url: string): Promise<void> {
  // Its clients are needed by nobody else.
  const { printStory } = await import('./doors/print-story.ts');
  await printStory(url);
}

async function ask(url: string): Promise<void> {
  console.log(`you      ${question}`);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const { data, error } = await createRestClient(url).POST('/agents/{agent_id}/prompt', {
    params: { path: { agent_id: 'demo' } },
    body: { message: question },
    parseAs: 'stream',
    signal,
  });
  if (!data) throw new Error(error ? `${error.detail} (${error.code})` : 'The answer has no body');
  await print(data, signal);
}

async function print(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
  let calls = 0;
  let isInText = false;
  const line = (label: string, text: string) => {
    process.stdout.write(`${isInText ? '\n' : ''}${label.padEnd(8)} ${text}\n`);
    isInText = false;
  };
  for await (const { data } of readEvents(body, { signal })) {
    const event: Schemas['PromptEvent'] = JSON.parse(data);
    if (event.type === 'text') {
      process.stdout.write(isInText ? event.content : `agent    ${event.content}`);
      isInText = true;
    } else if (event.type === 'tool_call') {
      calls++;
      line('calls', `${event.name} ${JSON.stringify(event.args)}`);
    } else if (event.type === 'tool_result') {
      line(event.is_error ? 'error' : 'result', JSON.stringify(event.result));
    } else if (event.type === 'error') {
      throw new Error(event.detail);
    } else if (event.type === 'done') {
      line('done', `${event.usage.prompt_tokens} tokens read, ${event.usage.completion_tokens} written`);
      if (!calls) throw new Error('the agent called no tool');
      return;
    }
  }
  throw new Error('the stream ended without its last event');
}
