/** How a provider is told which tools a model is to call. */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';

/** Which tools the model is to call; absent fields leave that to the model. */
export interface ToolChoice {
  /** `required`: one at least. Else the name of the one. */
  readonly calls?: 'required' | { readonly name: string } | undefined;
  /** `false`: one at a time, where the provider knows how to be told so. */
  readonly inParallel?: boolean | undefined;
}

type Request = Pick<LanguageModelV4CallOptions, 'toolChoice' | 'providerOptions'>;

/** What is laid over a request to the provider of `model`, such as `openai.responses`, that has tools of these names. */
export function sayToolChoice(
  model: string,
  names: ReadonlySet<string>,
  { calls, inParallel, isHeld }: ToolChoice & { readonly isHeld: boolean },
): Request {
  const isOffered = calls !== undefined && (calls === 'required' || names.has(calls.name));
  return {
    ...(isHeld && isOffered && { toolChoice: toChoice(calls) }),
    ...(inParallel === false && sayOneAtATime(model)),
  };
}

const toChoice = (calls: NonNullable<ToolChoice['calls']>): NonNullable<Request['toolChoice']> =>
  calls === 'required' ? { type: 'required' } : { type: 'tool', toolName: calls.name };

function sayOneAtATime(model: string): Request {
  if (model.startsWith('openai.')) return { providerOptions: { openai: { parallelToolCalls: false } } };
  if (model.startsWith('anthropic.')) return { providerOptions: { anthropic: { disableParallelToolUse: true } } };
  return {};
}
