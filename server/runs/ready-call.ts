import type { ModelCall } from './answer-blocks.ts';
import type { ModelAnswer } from './model-step.ts';
import type { ToolArguments } from './tool-arguments.ts';
import type { ReadyCall } from './tool-calls.ts';
import type { ToolDefinition } from './toolset.ts';

/** A call of an answer, checked: as it can be run, or with the reason why it cannot, in words for the model. */
export async function readyCall(
  { callId, name, args, isComplete }: ModelCall,
  { failure, finishReason }: ModelAnswer,
  tools: ReadonlyMap<string, ToolDefinition>,
  toolArguments: ToolArguments,
): Promise<ReadyCall> {
  const refuse = (refusal: string): ReadyCall => ({ callId, name, args: {}, refusal });
  if (failure) return refuse('Not run: the model failed in the middle of its answer');
  if (!isComplete || isTruncated(finishReason)) return refuse(`Not run: the answer was cut off (${finishReason})`);
  const tool = tools.get(name);
  if (!tool) return refuse(unknownTool(name, tools));
  const problem = await toolArguments.findProblem(args, tool);
  return problem ? refuse(problem) : { callId, name, args: args as Record<string, unknown>, server: tool.server };
}

/** Whether an answer ended before the model was done. */
export const isTruncated = (reason: ModelAnswer['finishReason']): reason is 'length' | 'content-filter' =>
  reason === 'length' || reason === 'content-filter';

function unknownTool(name: string, tools: ReadonlyMap<string, ToolDefinition>): string {
  const names = [...tools.keys()];
  const more = names.length > 50 ? ', …' : '';
  return `There is no tool named '${name}'. Available tools: ${names.slice(0, 50).join(', ') || 'none'}${more}`;
}
