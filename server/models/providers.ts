/** Opens the model that an id names. The providers' libraries are imported on first use and only here. */
import type { LanguageModelV4, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { ApiError } from '../call/errors.ts';
import { factsOf, localProviderNames, type ProviderName } from './known-models.ts';
import { formatModelId, type ModelId } from './model-ids.ts';
import type { OutputWay } from './output-ways.ts';
import type { Api } from './wire/dialects.ts';

/** Variables by name. Unset and empty mean the same. */
export type Environment = Readonly<Record<string, string | undefined>>;
type Fetch = typeof globalThis.fetch;

/** Where providers are found, and with which keys. */
export interface ProviderAccess {
  /** The variables that hold their keys and addresses. */
  readonly environment: Environment;
  /** Stands in for the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** The port of each local server, where it is not the usual one. */
  readonly localPorts?: Readonly<Partial<Record<ProviderName, number>>> | undefined;
  /** How long all local servers together have to list their models, in milliseconds; absent: 300. */
  readonly localTimeoutMs?: number | undefined;
}

/** The model that `id` names, ready to stream; throws `model-not-configured`, naming the variable to set, when its key or address is missing. */
export async function openModel(id: ModelId, access: ProviderAccess): Promise<LanguageModelV4> {
  const { environment } = access;
  const problem = findMissingKey(id, environment);
  if (problem) throw notConfigured(problem);
  const baseURL = baseUrlOf(id.provider, access);
  const apiKey = keyOf(id.provider, environment);
  const api = apiOf(id.provider, { baseURL, environment });
  const [{ mendAnswers }, { withShortCut }] = await Promise.all([
    import('./wire/mended-fetch.ts'),
    import('./wire/short-cut.ts'),
  ]);
  const settings = { baseURL, apiKey, fetch: mendAnswers({ fetch: access.fetch, api, key: apiKey }) };
  return withShortCut(await openLibrary(id, { ...settings, api }, environment));
}

/** A model as the library of its provider speaks to it. */
async function openLibrary(
  id: ModelId,
  { api, ...settings }: Settings,
  environment: Environment,
): Promise<LanguageModelV4> {
  switch (id.provider) {
    case 'openai':
      return openOpenAi(id.name, { ...settings, api }, environment);
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic(settings).languageModel(id.name);
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google');
      return createGoogle(settings).languageModel(id.name);
    }
    default: {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      return createOpenAICompatible({
        ...settings,
        name: id.provider,
        includeUsage: true,
        supportsStructuredOutputs: true,
      }).chatModel(id.name);
    }
  }
}

/** By which means the provider of a model gives its answer the form of a schema. */
export function outputWayOf({ provider }: ModelId, access: ProviderAccess): OutputWay {
  const baseURL = baseUrlOf(provider, access);
  const api = apiOf(provider, { baseURL, environment: access.environment });
  if (api !== 'chat-completions') return 'format';
  if (provider === 'openai' && isOpenAi(baseURL)) return 'format';
  // Of the servers that copy Chat Completions some refuse a schema and some take no notice. These take it.
  return localProviderNames.some((name) => name === provider) ? 'format-without-tools' : 'tool';
}

/** The variables that must be set before the provider can be used: that of its key, and that of its address where it has no usual one. */
export function requiredEnvVarsOf(provider: ProviderName): string[] {
  const { keyVariables, baseUrlVariables, baseUrl, port } = factsOf(provider);
  const hasAddress = baseUrl !== undefined || port !== undefined;
  return [...keyVariables.slice(0, 1), ...(hasAddress ? [] : baseUrlVariables.slice(0, 1))];
}

/** The variable without which the provider cannot be used, if there is one; those that would do as well are in brackets. */
export function findMissingVariable(provider: ProviderName, environment: Environment): string | undefined {
  const { keyVariables } = factsOf(provider);
  const isSet = (name: string) =>
    (keyVariables.includes(name) ? keyVariables : [name]).some((each) => read(environment, each));
  const missing = requiredEnvVarsOf(provider).find((name) => !isSet(name));
  const others = keyVariables.slice(1);
  return missing && keyVariables.includes(missing) && others.length
    ? `${missing} (or ${others.join(' or ')})`
    : missing;
}

/** The sentence that says which variable a model needs; undefined when it has all. */
export function findMissingKey(id: ModelId, environment: Environment): string | undefined {
  const missing = findMissingVariable(id.provider, environment);
  return missing && `Model '${formatModelId(id)}' needs ${missing} to be set`;
}

/** The address of the provider's API, without a slash at the end. */
export function baseUrlOf(provider: ProviderName, { environment, localPorts }: ProviderAccess): string {
  const facts = factsOf(provider);
  const variable = facts.baseUrlVariables.find((name) => read(environment, name));
  if (variable) return completeUrl(variable, read(environment, variable) ?? '', facts.versionPath);
  if (facts.baseUrl) return facts.baseUrl;
  return `http://127.0.0.1:${localPorts?.[provider] ?? facts.port}/v1`;
}

// Servers that only copy the API of OpenAI rarely have its newer half, so another host than OpenAI's is spoken to in Chat
// Completions, the half that all of them have. OPENAI_API (`responses` or `chat`) decides otherwise.
function apiOf(provider: ProviderName, { baseURL, environment }: { baseURL: string; environment: Environment }): Api {
  if (provider === 'anthropic') return 'anthropic-messages';
  if (provider === 'google') return 'gemini';
  if (provider !== 'openai') return 'chat-completions';
  const api = read(environment, 'OPENAI_API') ?? (isOpenAi(baseURL) ? 'responses' : 'chat');
  if (api === 'chat') return 'chat-completions';
  if (api !== 'responses') throw notConfigured('OPENAI_API must be responses or chat');
  return 'openai-responses';
}

const isOpenAi = (baseURL: string) => /(^|\.)openai\.com$/.test(new URL(baseURL).hostname);

interface Settings {
  readonly baseURL: string;
  readonly apiKey: string | undefined;
  readonly fetch: Fetch;
  readonly api: Api;
}

async function openOpenAi(
  name: string,
  { api, ...settings }: Settings,
  environment: Environment,
): Promise<LanguageModelV4> {
  const { createOpenAI } = await import('@ai-sdk/openai');
  const provider = createOpenAI({
    ...settings,
    organization: read(environment, 'OPENAI_ORG_ID'),
    project: read(environment, 'OPENAI_PROJECT_ID'),
  });
  if (api === 'chat-completions') return provider.chat(name);
  // The conversation is kept here and sent whole: one that OpenAI kept by reference would break when it forgets it.
  return withProviderOptions(provider.responses(name), { openai: { store: false } });
}

/** The same model, with provider options for what a call leaves open. */
function withProviderOptions(model: LanguageModelV4, defaults: SharedV4ProviderOptions): LanguageModelV4 {
  const complete = <T extends { providerOptions?: SharedV4ProviderOptions }>(options: T): T => ({
    ...options,
    providerOptions: {
      ...options.providerOptions,
      ...Object.fromEntries(
        Object.entries(defaults).map(([key, value]) => [key, { ...value, ...options.providerOptions?.[key] }]),
      ),
    },
  });
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => model.doGenerate(complete(options)),
    doStream: (options) => model.doStream(complete(options)),
  };
}

/** The key of a provider. An optional one is read from the provider's name: `OLLAMA_API_KEY`, `OPENAI_COMPATIBLE_API_KEY`. */
export function keyOf(provider: ProviderName, environment: Environment): string | undefined {
  const { keyVariables } = factsOf(provider);
  const names = keyVariables.length ? keyVariables : [`${provider.toUpperCase().replaceAll('-', '_')}_API_KEY`];
  return names.map((name) => read(environment, name)).find(Boolean);
}

// Every vendor's own library takes the address without the version, the AI SDK takes it with it; people have either in their variables.
function completeUrl(variable: string, value: string, versionPath = ''): string {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) throw notConfigured(`${variable} must be an http or https URL`);
  const address = value.replace(/\/+$/, '');
  return versionPath && !/\/v\d\w*$/.test(address) ? address + versionPath : address;
}

const read = (environment: Environment, name: string) => environment[name]?.trim() || undefined;
const notConfigured = (message: string) => new ApiError('model-not-configured', message);
