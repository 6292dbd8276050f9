/**
 * The product as an operator runs it, with keys, log and limits. Its agents run on a scripted model, told as `words,together`, or on the
 * provider at an address.
 */
import { mkdtempSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import pino from 'pino';
import { createLog } from '../../server/http/log.ts';
import { startHttpServer } from '../../server/http/server.ts';
import { readOptions } from '../../server/options.ts';
import { createRuntime } from '../../server/wiring/runtime.ts';
import { announce } from './child.ts';
import { agentsOf } from './data.ts';

/** The key the benchmarks send. */
export const API_KEY = 'bench-key';

const args = ['--port', '0', '--api-keys', API_KEY, '--rate-limit', '100000000/min', '--no-config-mcp-servers'];
const options = readOptions([...args, '--data-dir', mkdtempSync(join(tmpdir(), 'agent-runtimes-bench-'))], {});
if ('print' in options) throw new Error('not options');
const destination = pino.destination({ dest: devNull, sync: false, minLength: 8192, periodicFlush: 100 });
const log = createLog({ level: 'info', destination });
const [, , argument = '1'] = process.argv;
const isProvider = argument.startsWith('http://');
const { OTEL_EXPORTER_OTLP_ENDPOINT } = process.env;
const environment = {
  ...(OTEL_EXPORTER_OTLP_ENDPOINT && { OTEL_EXPORTER_OTLP_ENDPOINT }),
  ...(isProvider && { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: argument }),
};
const model = isProvider ? 'openai:paced' : 'script:words';
const runtime = await createRuntime({ options, environment, log });
const [words = 1, together = 1] = argument.split(',').map(Number);
if (!isProvider) runtime.models.register(model, wordsModel(words, meet(together)));
const { url, port } = await startHttpServer(runtime.http);
runtime.start(url);

for (const { id, name, description, system_prompt } of agentsOf(100)) {
  const response = await fetch(`${url}/api/v1/agents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, name, description, system_prompt, model }),
  });
  if (!response.ok) throw new Error(`could not make an agent: ${await response.text()}`);
}
announce(port);

/** Says `count` words as fast as they are taken, once `met` resolves. */
function wordsModel(count: number, met: () => Promise<void>): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'script',
    modelId: 'words',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('streams only')),
    doStream: async () => ({ stream: ReadableStream.from(sayWords(count, met)) }),
  };
}

async function* sayWords(count: number, met: () => Promise<void>): AsyncGenerator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  yield { type: 'text-start', id: '1' };
  yield { type: 'text-delta', id: '1', delta: 'word1 ' };
  await met();
  for (let index = 2; index <= count; index++) yield { type: 'text-delta', id: '1', delta: `word${index} ` };
  yield { type: 'text-end', id: '1' };
  yield {
    type: 'finish',
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: {
      inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: count, text: count, reasoning: 0 },
    },
  };
}

/** Lets callers wait for each other: they go on when `count` of them have come. */
function meet(count: number): () => Promise<void> {
  const all = Promise.withResolvers<void>();
  let present = 0;
  return () => {
    present++;
    if (present >= count) all.resolve();
    return all.promise;
  };
}
