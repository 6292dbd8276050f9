/** Finds model servers that run on this machine. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { z } from 'zod';
import { SilenceTimer } from '../async/silence-timer.ts';
import { factsOf, type LocalProvider, localProviderNames } from './known-models.ts';
import { formatModelId } from './model-ids.ts';
import { baseUrlOf, keyOf, type ProviderAccess } from './providers.ts';

const maxModelsPerServer = 50;
const maxAnswerBytes = 1_000_000;
const usualTimeoutMs = 1000;

const Name = z.string().min(1).max(200).regex(/^\S+$/);
const OllamaModel = z.object({
  name: Name,
  details: z.object({ family: z.string().nullish() }).nullish(),
  capabilities: z.array(z.string()).nullish(),
});
const Answer = z.union([
  z.object({ models: z.array(z.unknown()) }).transform(({ models }) => models),
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
]);
const ListedModel = z.union([
  OllamaModel,
  z.object({ id: Name, type: z.string().nullish(), capabilities: z.array(z.string()).nullish() }),
]);

/**
 * The ids of the models that local servers offer, servers in order of preference. Servers are asked at the same time and all
 * of them together have a second, by the rule of {@link SilenceTimer}, unless `access` says otherwise; one that is absent, slow or cannot be understood offers nothing. Models that only embed are left out.
 */
export async function findLocalModels(access: ProviderAccess): Promise<string[]> {
  const late = new AbortController();
  using _silence = new SilenceTimer({
    allowedMs: access.localTimeoutMs ?? usualTimeoutMs,
    onSilence: () => late.abort(new DOMException('too late', 'TimeoutError')),
  });
  const { signal } = late;
  const lists = await Promise.all(
    localProviderNames.map((provider) => listModels(provider, access, signal).catch(() => [])),
  );
  return lists.flat();
}

async function listModels(provider: LocalProvider, access: ProviderAccess, signal: AbortSignal): Promise<string[]> {
  const { listPath = '' } = factsOf(provider);
  const root = baseUrlOf(provider, access).replace(/\/v1$/, '');
  if (!(await isListening(root, signal))) return [];
  const key = keyOf(provider, access.environment);
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  // A redirect could lead off this machine.
  const response = await (access.fetch ?? fetch)(root + listPath, { headers, signal, redirect: 'error' });
  if (!response.ok) {
    await response.body?.cancel();
    return [];
  }
  return Answer.parse(JSON.parse(await readText(response)))
    .map((entry) => ListedModel.safeParse(entry).data)
    .filter((model) => model !== undefined)
    .filter(canChat)
    .slice(0, maxModelsPerServer)
    .map((model) => formatModelId({ provider, name: nameOf(model) }));
}

/** Whether connections are accepted there. Asked before the first `fetch`, which loads 16 MB: most machines run no model server. */
async function isListening(url: string, signal: AbortSignal): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) });
  try {
    await once(socket, 'connect', { signal });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A list of models that is too long to be one. */
class ListTooLongError extends Error {
  override readonly name = 'ListTooLongError';
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxAnswerBytes) throw new ListTooLongError('The list of models is too long');
  }
  return text;
}

function canChat(model: z.output<typeof ListedModel>): boolean {
  if (model.capabilities?.length) return model.capabilities.some((each) => each === 'completion' || each === 'chat');
  const kind = 'details' in model ? model.details?.family : 'type' in model ? model.type : undefined;
  if (kind && /bert|embed/i.test(kind)) return false;
  return !/embed|minilm|rerank|(^|[/:_-])(bge|gte|e5)-/i.test(nameOf(model));
}

const nameOf = (model: z.output<typeof ListedModel>) => ('name' in model ? model.name : model.id);
