/** Reads the ids of models: `provider:name`, `provider/name` or a bare name that only one provider can mean. */
import { invalidFieldInWords } from '../call/validation-error.ts';
import { factsOf, type ProviderName, providerNames } from './known-models.ts';

/** A model of a known provider. The name is the provider's own and may contain colons and slashes. */
export interface ModelId {
  readonly provider: ProviderName;
  readonly name: string;
}

/** The model that `id` names; throws a 422 that lists the known providers when it names none. */
export function parseModelId(id: string): ModelId {
  const parsed = readModelId(id);
  if (parsed) return parsed;
  const message = `Unknown model '${id.length > 100 ? `${id.slice(0, 100)}…` : id}'. ${howToName}`;
  throw invalidFieldInWords('model', message);
}

/** The model that `id` names, undefined when no known provider can be told from it. */
export function readModelId(id: string): ModelId | undefined {
  const trimmed = id.trim();
  const parsed = splitAtProvider(trimmed) ?? findBareName(trimmed);
  if (!parsed || !/^\S+$/.test(parsed.name)) return undefined;
  return parsed.provider === 'demo' && parsed.name !== 'rules' ? undefined : parsed;
}

/** The one spelling of a model's id, `provider:name`. */
export const formatModelId = ({ provider, name }: ModelId): string => `${provider}:${name}`;

// Only the first separator divides: what follows is the provider's business (`ollama:qwen3:8b`, `vllm/meta-llama/Llama-3`).
function splitAtProvider(id: string): ModelId | undefined {
  const [, prefix, name] = /^([^:/]+)[:/](.*)$/s.exec(id) ?? [];
  if (prefix === undefined || name === undefined) return undefined;
  const wanted = prefix.toLowerCase();
  const provider = providerNames.find((each) => each === wanted || factsOf(each).aliases.includes(wanted));
  return provider && { provider, name };
}

function findBareName(id: string): ModelId | undefined {
  const provider = providerNames.find((each) => factsOf(each).bareName?.test(id));
  return provider && { provider, name: id };
}

const others = providerNames.filter((name) => name !== 'demo');
const howToName = `Write provider:name with one of these providers: ${others.join(', ')}; or demo:rules`;
