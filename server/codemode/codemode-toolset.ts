/** The tools that an agent which writes code is shown, read anew before each model call, as every toolset. */
import { callSchemaTool } from '../runs/schema-tools.ts';
import type { ToolDefinition, Toolset } from '../runs/toolset.ts';
import type { BoundServer } from './bindings.ts';
import { type CodingContext, callTool, executeCode, LOOK_AROUND } from './codemode-tools.ts';
import { listTools, toImport } from './described-tools.ts';

interface CodemodeToolsetOptions extends Omit<CodingContext, 'signal' | 'watch'> {
  /** Whether the model may also call one tool without writing code. */
  readonly allowsDirectCalls: boolean;
}

/** With so few tools their signatures stand in the description of `execute_code`, and nobody needs to look for them. */
const FEW = 15;

/** The tools of one agent. */
export function createCodemodeToolset({ allowsDirectCalls, ...agent }: CodemodeToolsetOptions): Toolset {
  const { codemode, agentId } = agent;
  const direct = allowsDirectCalls ? [callTool] : [];
  const tools = [...LOOK_AROUND, executeCode, ...direct];
  return {
    prepare: (options) => codemode.prepare(agentId, options),
    list: () => [
      ...LOOK_AROUND.map(({ definition }) => definition),
      describeExecuteCode(codemode.bindingsOf(agentId).servers),
      ...direct.map(({ definition }) => definition),
    ],
    call: (name, args, { signal, watch }) => callSchemaTool(tools, { name, args }, { ...agent, signal, watch }),
  };
}

function describeExecuteCode(servers: readonly BoundServer[]): ToolDefinition {
  const tools = listTools(servers);
  const few = tools.length <= FEW ? tools.map((tool) => `${toImport(tool)}  # ${tool.stub.signature}`) : [];
  const description = [
    'Runs Python and returns what it prints, the value of its last expression, and its errors. Variables stay for the next call.',
    'Tools are async functions: from generated.mcp.<server> import <tool>, then await <tool>(name=value), several at once with asyncio.gather; <tool>.sync(...) blocks. They return a dict, a list or text, and raise ToolError (from generated import ToolError) when they fail. Print only what you need.',
    ...(few.length
      ? ['The tools:', ...few]
      : tools.length
        ? [`There are ${tools.length} tools: find them with search_tools.`]
        : ['There are no tools now.']),
  ].join('\n');
  return { ...executeCode.definition, description };
}
