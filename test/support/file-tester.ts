/** The agent `tester` and the files that its prompts name. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { openFileSource } from '../../server/models/files/file-source.ts';
import type { RunLimits } from '../../server/runs/limits.ts';
import { startAgentRuns } from './agent-runs.ts';
import { type Served, startFileServer } from './file-server.ts';
import { ok, toolsetOf } from './loop.ts';
import { finish, type ScriptedModel, scriptedModel, text } from './scripted-model.ts';

/** An image of one dot. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** The image as a model is told of it. */
export const png = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG.toString('base64') } };
/** What the model says when nothing else is said of it. */
export const says = [...text('I see.'), finish()];

interface Setting {
  readonly provider?: string;
  readonly supportedUrls?: LanguageModelV4['supportedUrls'];
  readonly served?: Readonly<Record<string, Served>>;
  readonly allowedHosts?: readonly string[];
  readonly silenceMs?: number;
  readonly limits?: Partial<RunLimits>;
  /** Where names lead; absent: to an address of the internet. */
  readonly leadsTo?: string;
  /** Whether no name is known, as where a proxy is the only way out. */
  readonly knowsNoNames?: boolean;
  readonly answers?: Parameters<typeof scriptedModel>[0];
}

/** The agent `tester` whose files come from a server on loopback, which only an operator could allow. */
export async function startTester(setting: Setting = {}) {
  const { provider, supportedUrls = {}, served = {}, allowedHosts = ['127.0.0.1'], silenceMs = 5000, limits } = setting;
  const { leadsTo = '93.184.216.34', answers = [says] } = setting;
  await using stack = new AsyncDisposableStack();
  const files = stack.use(await startFileServer(served));
  const model: ScriptedModel = { ...scriptedModel(answers, provider ? { provider } : {}), supportedUrls };
  const server = stack.use(
    await startAgentRuns(model, {
      toolset: toolsetOf({ look: () => ok('done') }),
      ...(limits && { limits }),
      files: openFileSource({
        allowedHosts,
        silenceMs,
        resolve: (name, _options, callback) =>
          setting.knowsNoNames
            ? callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), [])
            : callback(null, [{ address: leadsTo, family: 4 }]),
      }),
    }),
  );
  const owned = stack.move();
  return {
    files,
    model,
    server,
    ask: (message: unknown, more: object = {}) =>
      server.call('POST', '/agents/tester/prompt/sync', { message, conversation_id: 'c', ...more }),
    /** What the model was told that the user said, each time it was asked. */
    told: () =>
      model.asked.map(({ prompt }) => prompt.filter(({ role }) => role === 'user').map(({ content }) => content)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
