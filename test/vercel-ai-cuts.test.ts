/** Chats of the AI SDK whose connection is cut after each chunk, and what another key sees of them. */
import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { UIMessageChunk } from 'ai';
import { describe, expect, test } from 'vitest';
import { ChatError, chatTransport } from '../client/index.ts';
import { type AgentRuns, startAgentRuns } from './support/agent-runs.ts';
import { type Cut, startCuttingProxy } from './support/cutting-proxy.ts';
import { ok, toolsetOf, withStableIds } from './support/loop.ts';
import {
  type Act,
  finish,
  reasoning,
  type ScriptedModel,
  scriptedModel,
  text,
  toolCall,
} from './support/scripted-model.ts';
import { begin, resume, send, toMessage, typesOf, user } from './support/vercel-ai.ts';

const tools = {
  clock: () => ({ ...ok('12:00'), state: { asked: 1 }, custom: [{ name: 'zone', value: 'UTC' }] }),
  broken: () => ({ result: 'no time', isError: true }),
};
const firstWords = ([first]: LanguageModelV4Prompt) =>
  Array.isArray(first?.content) && first.content[0]?.type === 'text' ? first.content[0].text : '';

/** Says all that an answer may hold; before its last words it waits for the gate that the first words of a chat name. */
function talker(gates: ReadonlyMap<string, Promise<void>>): ScriptedModel {
  const model: ScriptedModel = scriptedModel((call): Act[] => {
    const { prompt } = model.asked[call] ?? { prompt: [] };
    if (prompt.at(-1)?.role !== 'tool') {
      const calls = [...toolCall('c1', 'clock', { zone: 'UTC' }), ...toolCall('c2', 'broken', {})];
      return [...reasoning('Hm', 'm'), ...text('See'), ...calls, finish('tool-calls')];
    }
    const [begun, it, ...rest] = text('It ', 'is noon') as [Act, Act, ...Act[]];
    return [begun, it, { wait: Promise.resolve(gates.get(firstWords(prompt))) }, ...rest, finish()];
  });
  return model;
}
const startTalker = (gates: ReadonlyMap<string, Promise<void>>, options: object = {}) => {
  const prepare = async ({ onWaiting }: { readonly onWaiting?: ((ids: readonly string[]) => void) | undefined }) => {
    onWaiting?.(['slow']);
    return ['slow'];
  };
  return startAgentRuns(talker(gates), { toolset: { ...toolsetOf(tools), prepare }, ...options });
};

/** What can be read of a stream before it breaks. */
async function readUntilCut(stream: Promise<ReadableStream<UIMessageChunk> | null>): Promise<UIMessageChunk[]> {
  const chunks: UIMessageChunk[] = [];
  try {
    for await (const chunk of (await stream) ?? []) chunks.push(chunk);
  } catch {
    // It was cut.
  }
  return chunks;
}

describe('an answer with all that one may hold', () => {
  test('is whole and the same for who takes it up, wherever it and what was taken up before are cut', async () => {
    const gates = new Map<string, Promise<void>>();
    await using server = await startTalker(gates);
    const whole = await send(server, { chatId: 'whole', messages: [user('Whole')] });
    expect(new Set(typesOf(whole))).toEqual(
      new Set([
        ...['start', 'start-step', 'finish-step', 'finish', 'data-status', 'data-state', 'data-zone'],
        ...['reasoning-start', 'reasoning-delta', 'reasoning-end', 'text-start', 'text-delta', 'text-end'],
        ...['tool-input-start', 'tool-input-delta', 'tool-input-available', 'tool-output-available'],
        'tool-output-error',
      ]),
    );
    const { parts } = withStableIds(await toMessage(whole));
    expect(parts.map(({ type }) => type)).toEqual([
      ...['step-start', 'reasoning', 'text', 'dynamic-tool', 'dynamic-tool', 'data-state', 'data-zone'],
      ...['step-start', 'text'],
    ]);
    const held = whole.findIndex((chunk) => chunk.type === 'text-delta' && chunk.delta === 'It ');
    for (let after = 1; after <= held + 1; after++) {
      const chatId = `chat ${after}`;
      const gate = Promise.withResolvers<void>();
      gates.set(chatId, gate.promise);
      const cut: Cut = { after, how: 'cut' };
      await using proxy = await startCuttingProxy(server.url, (connection) => (connection <= 2 ? cut : undefined));
      const seen = await readUntilCut(begin(proxy, { chatId, messages: [user(chatId)] }));
      const seenAgain = await readUntilCut(resume(proxy, chatId));
      for (const chunks of [seen, seenAgain]) expect(typesOf(chunks)).toEqual(typesOf(whole).slice(0, chunks.length));
      const taken = await resume(proxy, chatId);
      gate.resolve();
      const chunks = await Array.fromAsync(taken ?? []);
      expect(typesOf(chunks)).toEqual(typesOf(whole));
      const message = withStableIds(await toMessage(chunks));
      expect([message.id, message.parts]).toEqual(['u1-answer', parts]);
      expect(await resume(proxy, chatId)).toBeNull();
    }
  });
});

describe('another key', () => {
  const ANNA = 'anna-0123456789';
  const BEN = 'ben-0123456789';
  const of = ({ url }: AgentRuns, apiKey: string) => chatTransport('tester', { url, apiKey });
  const ask = { trigger: 'submit-message' as const, messageId: undefined, abortSignal: undefined };

  test('takes up, reads, stops and answers nothing of a chat, and means one of its own by its id', async () => {
    const gate = Promise.withResolvers<void>();
    const gates = new Map([['My secret is MARMOT', gate.promise]]);
    const agent = { approvals: { tools: ['broken'] } };
    await using server = await startTalker(gates, { apiKeys: [ANNA, BEN], agent });
    const request = { ...ask, chatId: 'diary', messages: [user('My secret is MARMOT')] };
    const asked = await toMessage(
      (await Array.fromAsync(await of(server, ANNA).sendMessages(request))) as UIMessageChunk[],
    );
    const waits = asked.parts.find((part) => part.type === 'dynamic-tool' && part.state === 'approval-requested');
    if (waits?.type !== 'dynamic-tool' || !waits.approval) throw new Error(JSON.stringify(asked));
    const parts = asked.parts.map((part) =>
      part === waits
        ? { ...waits, state: 'approval-responded', approval: { ...waits.approval, approved: true } }
        : part,
    );
    const answers = { ...ask, chatId: 'diary', messages: [{ ...asked, parts }] };
    const refused = of(server, BEN).sendMessages(answers);
    await expect(refused).rejects.toEqual(expect.objectContaining({ status: 404, code: 'approval-not-found' }));
    await expect(refused).rejects.toBeInstanceOf(ChatError);

    const goesOn = await of(server, ANNA).sendMessages(answers);
    expect(await of(server, BEN).reconnectToStream({ chatId: 'diary' })).toBeNull();
    expect(await of(server, BEN).messages('diary')).toEqual([]);
    expect(await of(server, BEN).stop('diary')).toBe(false);
    const [running] = server.runs.activeRuns();
    const cancel = (key: string) =>
      fetch(`${server.url}/api/v1/runs/${running?.storedId}/cancel`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
      });
    expect((await cancel(BEN)).status).toBe(404);
    const own = { ...ask, chatId: 'diary', messages: [user('Hello', 'u9')] };
    const told = JSON.stringify(await Array.fromAsync(await of(server, BEN).sendMessages(own)));
    expect(told).not.toContain('MARMOT');
    gate.resolve();
    expect(JSON.stringify(await Array.fromAsync(goesOn))).toContain('is noon');
    const seen = JSON.stringify(await of(server, BEN).messages('diary'));
    expect([seen.includes('MARMOT'), seen.includes('Hello')]).toEqual([false, true]);
  });
});
