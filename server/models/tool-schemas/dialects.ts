/** What the API of each provider takes of tools; each line is an error that it answers a whole request with. */
import { isCommonPattern, isValidPattern } from './patterns.ts';

/** What a provider takes of the tools of a request. */
export interface Dialect {
  /** How many tools a request may have. */
  readonly maxTools: number;
  readonly takesName: (name: string) => boolean;
  /** How the name of an argument may be written; absent: in any way. */
  readonly takesArgument?: (name: string) => boolean;
  /** Whether a schema may refer to its own definitions. */
  readonly takesReferences: boolean;
  readonly takesPattern: (pattern: string) => boolean;
  readonly refusesKeywords: readonly string[];
  /** Whether what is required must be among the properties. */
  readonly wantsDeclared: boolean;
}

const isName = (name: string) => /^[A-Za-z0-9_-]{1,64}$/.test(name);

/**
 * OpenAI: at most 128 tools; no lookaround and nothing else in a pattern that Python cannot read; no `propertyNames`; a reference must lead to
 * a definition of the same schema.
 */
const openai: Dialect = {
  maxTools: 128,
  takesName: isName,
  takesReferences: true,
  takesPattern: isCommonPattern,
  refusesKeywords: ['propertyNames'],
  wantsDeclared: false,
};

/** Anthropic: the schema must be of draft 2020-12, and the names of the arguments of a few characters. */
const anthropic: Dialect = {
  maxTools: Number.POSITIVE_INFINITY,
  takesName: isName,
  takesArgument: (name) => /^[A-Za-z0-9_.-]{1,64}$/.test(name),
  takesReferences: true,
  takesPattern: isValidPattern,
  refusesKeywords: [],
  wantsDeclared: false,
};

/** Google: at most 512 tools, whose names do not begin with a digit or a dash; references only where nothing stands beside them, and no circles. */
const google: Dialect = {
  maxTools: 512,
  takesName: (name) => isName(name) && /^[A-Za-z_]/.test(name),
  takesReferences: false,
  takesPattern: isCommonPattern,
  refusesKeywords: ['propertyNames'],
  wantsDeclared: true,
};

/**
 * What servers that copy the API of OpenAI have in common: llama.cpp, and what is built on it, fails on most patterns, on `not` and on references;
 * Ollama reads no boolean in the place of a schema.
 */
const local: Dialect = {
  maxTools: Number.POSITIVE_INFINITY,
  takesName: isName,
  takesReferences: false,
  takesPattern: () => false,
  refusesKeywords: ['not', 'propertyNames', 'patternProperties'],
  wantsDeclared: true,
};

/** The same behind a company's API, most of which have the limit of OpenAI too. */
const compatible: Dialect = { ...local, maxTools: 128 };

const DIALECTS: Readonly<Record<string, Dialect>> = {
  openai,
  anthropic,
  google,
  'openai-compatible': compatible,
  ollama: local,
  lmstudio: local,
  vllm: local,
  llamacpp: local,
};

/** What a provider takes; undefined for one that takes anything. */
export const dialectOf = (provider: string): Dialect | undefined =>
  Object.hasOwn(DIALECTS, provider) ? DIALECTS[provider] : undefined;
