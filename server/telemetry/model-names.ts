/** Models in the words of the conventions: https://github.com/open-telemetry/semantic-conventions-genai */

/** Providers that the conventions call otherwise than this server does. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = { google: 'gcp.gemini' };

/** The provider of a model and what it calls the model. */
export function splitModelId(id: string): { readonly provider: string; readonly model: string } {
  const at = id.indexOf(':');
  if (at < 0) return { provider: 'unknown', model: id };
  const provider = id.slice(0, at);
  return { provider: PROVIDER_NAMES[provider] ?? provider, model: id.slice(at + 1) };
}

const FINISH_REASONS: Readonly<Record<string, string>> = {
  'content-filter': 'content_filter',
  'tool-calls': 'tool_call',
};

/** Why a model stopped. */
export const toFinishReason = (reason: string): string => FINISH_REASONS[reason] ?? reason;
