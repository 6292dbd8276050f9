/** What one request tells a model of the tools that it may call. */
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { sayToolChoice, type ToolChoice } from '../models/tool-choice.ts';
import { sayTools, type UnsaidTool } from '../models/tool-schemas/say-tools.ts';
import type { FaultLog } from './tool-calls.ts';
import type { ToolDefinition, Toolset } from './toolset.ts';

interface ToolUse {
  readonly toolset: Toolset;
  readonly callerTools: readonly ToolDefinition[];
  /** A tool that only takes the answer. */
  readonly answerTool: ToolDefinition | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  readonly log: FaultLog;
  /** The number of the request in its run, from 1. */
  readonly step: number;
}

/** The tools in the form that the provider of the model takes. What it cannot be told is noted, and costs the run nothing. */
export function sayToolUse(
  tools: ReadonlyMap<string, ToolDefinition>,
  { provider }: LanguageModelV4,
  { toolset, callerTools, log, answerTool, toolChoice, step }: ToolUse,
): Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice' | 'providerOptions'> {
  const isOwn = !callerTools.length && !answerTool;
  const { said, unsaid } = isOwn ? sayOwn(tools, provider) : sayAll(tools, provider, { callerTools, answerTool });
  if (unsaid.length > 0) toolset.noteUnsaid?.(unsaid);
  for (const { name, detail } of unsaid.filter((tool) => callerTools.some((one) => one.name === tool.name)))
    log.warn?.({ tool: name, detail }, 'a tool of the caller is left out');
  if (!said.length) return {};
  if (!toolChoice) return { tools: said };
  // A call of a tool of the caller ends the run. One of the agent's own, called again and again, would never let it answer.
  const isHeld = step === 1 || callerTools.length > 0;
  const names = new Set(said.map(({ name }) => name));
  return { tools: said, ...sayToolChoice(provider, names, { ...toolChoice, isHeld }) };
}

interface SaidToolUse {
  readonly said: LanguageModelV4FunctionTool[];
  readonly unsaid: readonly UnsaidTool[];
}

/** By tools and provider: what an agent's own tools come to is made once, until there are others. */
const known = new WeakMap<ReadonlyMap<string, ToolDefinition>, Map<string, SaidToolUse>>();

function sayOwn(tools: ReadonlyMap<string, ToolDefinition>, provider: string): SaidToolUse {
  const ofTools = known.get(tools) ?? new Map<string, SaidToolUse>();
  known.set(tools, ofTools);
  const use = ofTools.get(provider) ?? sayAll(tools, provider, { callerTools: [], answerTool: undefined });
  ofTools.set(provider, use);
  return use;
}

function sayAll(
  tools: ReadonlyMap<string, ToolDefinition>,
  provider: string,
  { callerTools, answerTool }: Pick<ToolUse, 'callerTools' | 'answerTool'>,
): SaidToolUse {
  const all = [...tools.values(), ...(answerTool ? [answerTool] : [])].map(({ name, description, inputSchema }) => ({
    type: 'function' as const,
    name,
    description,
    inputSchema,
  }));
  const kept = new Set([...callerTools, ...(answerTool ? [answerTool] : [])].map(({ name }) => name));
  const { said, unsaid } = sayTools(provider, all, kept);
  return { said: [...said], unsaid };
}
