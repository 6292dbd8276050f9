/** What is known about each provider before it is asked: its keys, its addresses and its usual models. All of it is data. */

interface ProviderFacts {
  /** Other prefixes that mean the same provider. */
  readonly aliases: readonly string[];
  /** Bare model names that belong to the provider. */
  readonly bareName?: RegExp;
  /** The variables its key may be in, the first being the one to recommend; none when it needs no key. */
  readonly keyVariables: readonly string[];
  /** The variables that replace its address; the first one set wins. */
  readonly baseUrlVariables: readonly string[];
  /** The path below the host that its API lives at, added to an address that leaves it out. */
  readonly versionPath?: string;
  /** Where it is reached when no variable says otherwise; absent when it must be said. */
  readonly baseUrl?: string;
  /** The port that a server on one's own machine usually listens on. */
  readonly port?: number;
  /** The path below the root of such a server that lists its models. */
  readonly listPath?: string;
  /** The model to use when its key is set and nobody chose one. */
  readonly defaultModel?: string;
  /** Its usual models, most capable first. Any other name is passed on as it is. */
  readonly models: readonly string[];
}

/** The providers with an API of their own, in the order in which a key chooses the default model. */
const cloudProviders = {
  openai: {
    aliases: [],
    bareName: /^(gpt-(?!oss)|chatgpt-|o[134](-|$)|codex-|ft:(gpt-|o[134]))/,
    keyVariables: ['OPENAI_API_KEY'],
    baseUrlVariables: ['OPENAI_BASE_URL'],
    baseUrl: 'https://api.openai.com/v1',
    defaultModel: 'gpt-4o',
    models: [
      'gpt-6.1-sol',
      'gpt-6-luna',
      'gpt-5.4',
      'gpt-5.4-mini',
      'gpt-4.1',
      'gpt-4.1-mini',
      'gpt-4o',
      'gpt-4o-mini',
    ],
  },
  anthropic: {
    aliases: [],
    bareName: /^claude-/,
    keyVariables: ['ANTHROPIC_API_KEY'],
    baseUrlVariables: ['ANTHROPIC_BASE_URL'],
    versionPath: '/v1',
    baseUrl: 'https://api.anthropic.com/v1',
    defaultModel: 'claude-sonnet-5-5',
    models: ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-sonnet-4-5', 'claude-haiku-4-5'],
  },
  google: {
    aliases: ['gemini', 'google-gla'],
    bareName: /^(gemini-|gemma-)/,
    keyVariables: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    baseUrlVariables: ['GOOGLE_GENERATIVE_AI_BASE_URL', 'GOOGLE_GEMINI_BASE_URL'],
    versionPath: '/v1beta',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    defaultModel: 'gemini-flash-latest',
    models: ['gemini-3.8-flash', 'gemini-3.5-flash-lite', 'gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-flash-latest'],
  },
} as const satisfies Record<string, ProviderFacts>;

/** The servers that speak Chat Completions, most of them on this machine, in the order in which a running one is preferred. */
const compatibleProviders = {
  ollama: {
    aliases: [],
    keyVariables: [],
    baseUrlVariables: ['OLLAMA_BASE_URL'],
    versionPath: '/v1',
    models: [],
    port: 11434,
    listPath: '/api/tags',
  },
  lmstudio: {
    aliases: ['lm-studio'],
    keyVariables: [],
    baseUrlVariables: ['LMSTUDIO_BASE_URL'],
    versionPath: '/v1',
    models: [],
    port: 1234,
    listPath: '/v1/models',
  },
  vllm: {
    aliases: [],
    keyVariables: [],
    baseUrlVariables: ['VLLM_BASE_URL'],
    versionPath: '/v1',
    models: [],
    port: 8000,
    listPath: '/v1/models',
  },
  llamacpp: {
    aliases: ['llama.cpp', 'llama-cpp', 'llama-server'],
    keyVariables: [],
    baseUrlVariables: ['LLAMACPP_BASE_URL'],
    versionPath: '/v1',
    models: [],
    port: 8080,
    listPath: '/v1/models',
  },
} as const satisfies Record<string, ProviderFacts>;

/** Every provider by name. */
export const providers = {
  ...cloudProviders,
  ...compatibleProviders,
  'openai-compatible': {
    aliases: [],
    keyVariables: [],
    baseUrlVariables: ['OPENAI_COMPATIBLE_BASE_URL'],
    models: [],
  },
  demo: { aliases: [], keyVariables: [], baseUrlVariables: [], models: ['rules'] },
} as const satisfies Record<string, ProviderFacts>;

/** The name of a provider. */
export type ProviderName = keyof typeof providers;
/** The name of a provider with an API of its own. */
type CloudProvider = keyof typeof cloudProviders;
/** The name of a server that runs on one's own machine. */
export type LocalProvider = keyof typeof compatibleProviders;

/** The facts of a provider, typed alike for all of them. */
export const factsOf = (provider: ProviderName): ProviderFacts => providers[provider];

/** The providers' names, in order of preference. */
export const providerNames = Object.keys(providers) as readonly ProviderName[];
/** The cloud providers' names, in order of preference. */
export const cloudProviderNames = Object.keys(cloudProviders) as readonly CloudProvider[];
/** The local servers' names, in order of preference. */
export const localProviderNames = Object.keys(compatibleProviders) as readonly LocalProvider[];
