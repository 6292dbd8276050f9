/** Reads anything that a model provider throws: one sentence that is safe to show, and whether trying again may help. */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { ApiError } from '../call/errors.ts';
import { CUT, UNREADABLE } from '../models/wire/dialect.ts';
import type { FailureCode } from './run-events.ts';

/** Why a model call came to nothing. */
export interface ModelFailure {
  readonly code: FailureCode;
  readonly detail: string;
  readonly retryable: boolean;
  /** How long the provider asked to wait, in `Retry-After`. */
  readonly retryAfterMs?: number;
}

const MAX_DETAIL = 300;
const MAX_MESSAGE = 4000;

/** The failure behind anything thrown by, or streamed as an error from, a model. */
export function toModelFailure(error: unknown, model: Pick<LanguageModelV4, 'provider'>): ModelFailure {
  if (error instanceof ApiError) return { code: codeOf(error), detail: error.message, retryable: false };
  const provider = providerName(model);
  const { name, statusCode, isRetryable, responseHeaders, message, kinds, cause } = readError(error);
  if (kinds.includes(CUT)) return toCutStream(model);
  if (UNREADABLE_ERRORS.has(name) || kinds.includes(UNREADABLE)) return toUnreadable(provider);
  const reason = toSafeSentence(message);
  // A success that cannot be read is a failure of its connection or of its content.
  if (statusCode !== undefined && statusCode >= 300) {
    const retryAfterMs = readRetryAfter(responseHeaders);
    return {
      code: 'model-failed',
      detail: `The model provider ${provider} answered ${statusCode}${reason && `: ${reason}`}`,
      retryable: statusCode === 408 || statusCode === 409 || statusCode === 429 || statusCode >= 500,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
  const connection = connectionCode(error) ?? connectionCode(cause);
  if (connection) {
    return {
      code: 'model-failed',
      detail: `The connection to the model provider ${provider} failed (${connection})`,
      retryable: true,
    };
  }
  return {
    code: 'model-failed',
    detail: `The model provider ${provider} failed${reason && `: ${reason}`}`,
    retryable: isRetryable ?? kinds.some((kind) => RETRYABLE_KINDS.has(kind)),
  };
}

/** The failure of a model that was silent for `afterMs`. */
export const toTimeout = (model: Pick<LanguageModelV4, 'provider'>, afterMs: number): ModelFailure => ({
  code: 'model-timeout',
  detail: `The model provider ${providerName(model)} sent nothing for ${afterMs / 1000} s`,
  retryable: false,
});

/** The failure of a model that does not come to an end. */
export const toEndless = (model: Pick<LanguageModelV4, 'provider'>, chars: number): ModelFailure => ({
  code: 'model-failed',
  detail: `The answer of the model provider ${providerName(model)} is over ${chars} characters`,
  retryable: false,
});

/** The failure of a model whose stream ended before its answer did. */
export const toCutStream = (model: Pick<LanguageModelV4, 'provider'>): ModelFailure => ({
  code: 'model-failed',
  detail: `The model provider ${providerName(model)} ended its answer in the middle`,
  retryable: true,
});

const toUnreadable = (provider: string): ModelFailure => ({
  code: 'model-failed',
  detail: `The model provider ${provider} sent an answer that cannot be read`,
  retryable: false,
});

// Providers name themselves `openai.responses`, `anthropic.messages`.
const providerName = ({ provider }: Pick<LanguageModelV4, 'provider'>) => provider.split('.')[0] || 'unknown';

/** The names of errors about answers that cannot be read. They are told without their message, which quotes the answer. */
const UNREADABLE_ERRORS = new Set(['AI_JSONParseError', 'AI_TypeValidationError']);
const RETRYABLE_KINDS = new Set([
  ...[
    'overloaded_error',
    'rate_limit_error',
    'rate_limit_exceeded',
    'api_error',
    'server_error',
    'service_unavailable_error',
    'timeout_error',
  ],
  ...['abort', 'insufficient_system_resource', 'network_error'],
  ...[
    'DEADLINE_EXCEEDED',
    'INTERNAL',
    'RESOURCE_EXHAUSTED',
    'UNAVAILABLE',
    'MALFORMED_FUNCTION_CALL',
    'MALFORMED_RESPONSE',
  ],
  ...['408', '409', '429', '500', '502', '503', '504', '529'],
]);

function codeOf({ code }: ApiError): FailureCode {
  return code === 'model-not-configured' || code === 'model-failed' || code === 'model-timeout' ? code : 'internal';
}

interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  readonly statusCode?: number;
  readonly isRetryable?: boolean;
  readonly responseHeaders?: Readonly<Record<string, unknown>>;
  /** What a provider calls the error: its `type` and its `code`. */
  readonly kinds: readonly string[];
  readonly cause?: unknown;
}

/** Errors arrive as what our `fetch` throws, as any other Error, as the error object of a provider, or as a string. */
function readError(error: unknown): ErrorFacts {
  if (typeof error === 'string') return { name: '', message: error, kinds: [] };
  if (!isRecord(error)) return { name: '', message: '', kinds: [] };
  const inner = isRecord(error.error) ? error.error : error;
  const frame = frameOf(error);
  const named = [inner, frame, frame?.error].filter(isRecord).flatMap(({ type, code }) => [type, code]);
  return {
    name: typeof error.name === 'string' ? error.name : '',
    message: typeof inner.message === 'string' ? inner.message : '',
    ...(!frame && typeof error.statusCode === 'number' && { statusCode: error.statusCode }),
    ...(!frame && typeof error.isRetryable === 'boolean' && { isRetryable: error.isRetryable }),
    ...(isRecord(error.responseHeaders) && { responseHeaders: error.responseHeaders }),
    kinds: named.filter((kind) => typeof kind === 'string' || typeof kind === 'number').map(String),
    cause: error.cause,
  };
}

/** The frame of a stream that a library has made an error of: it invents a status for it. A real refusal comes from our own `fetch`. */
function frameOf(error: Record<string, unknown>): Record<string, unknown> | undefined {
  if (Symbol.for('vercel.ai.providerStreamError') in error) return error;
  if (typeof error.responseBody !== 'string') return undefined;
  try {
    const frame: unknown = JSON.parse(error.responseBody);
    return isRecord(frame) ? frame : {};
  } catch {
    return {};
  }
}

function readRetryAfter(headers: ErrorFacts['responseHeaders']): number | undefined {
  const milliseconds = Number(headers?.['retry-after-ms'] ?? Number.NaN);
  if (milliseconds >= 0) return milliseconds;
  const value = headers?.['retry-after'];
  if (typeof value !== 'string' || !value.trim()) return undefined;
  const wait = Number.isNaN(Number(value)) ? Date.parse(value) - Date.now() : Number(value) * 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** The code by which Node and undici name a connection that was refused, reset, cut or never made, at any depth of `cause`. */
function connectionCode(error: unknown, depth = 0): string | undefined {
  if (!isRecord(error) || depth > 4) return undefined;
  if (
    typeof error.code === 'string' &&
    /^(ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|UND_ERR_)/.test(error.code)
  )
    return error.code;
  return connectionCode(error.cause, depth + 1) ?? (error.message === 'terminated' ? 'cut off' : undefined);
}

/** One line without anything that looks like a key, a token, a URL's query or a stack. */
function toSafeSentence(message: string): string {
  const [line = ''] = message.slice(0, MAX_MESSAGE).split(/\n\s*at /);
  const safe = line
    .replace(/\s+/g, ' ')
    .replace(/\?[^\s"']+/g, '')
    .replace(
      /\b(bearer|basic|api[-_ ]?key|token|secret|password)(["']?\s*[:=]\s*["']?|\s+)(?=[^\s"']*[\d*_-])[^\s"',;]+/gi,
      '$1 [hidden]',
    )
    .replace(/\b(sk|pk|rk|key|xai|gsk|ghp|AIza)[-_A-Za-z0-9*…]{6,}/g, '[hidden]')
    .replace(/(?=[A-Za-z0-9_+/*-]*\d)(?=[A-Za-z0-9_+/*-]*[A-Za-z*])[A-Za-z0-9_+/*-]{24,}=*/g, '[hidden]')
    .trim();
  return safe.length > MAX_DETAIL ? `${safe.slice(0, MAX_DETAIL)}…` : safe;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
