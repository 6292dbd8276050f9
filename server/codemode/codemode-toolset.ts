/** The tools of an agent that writes code: a few to look around, and one to run Python that calls the rest. */
import { z } from 'zod';
import { ApiError } from '../call/errors.ts';
import type { ToolDefinition, ToolOutcome, Toolset } from '../runs/toolset.ts';
import type { ManagedExecution } from '../sandbox/sandbox-manager.ts';
import type { BoundServer } from './bindings.ts';
import type { Codemode } from './codemode.ts';
import { describeTool, findTool, listTools, type NamedTool, toImport } from './described-tools.ts';
import { reportExecution } from './execution-report.ts';
import { searchTools } from './tool-search.ts';

interface CodemodeToolsetOptions {
  readonly codemode: Codemode;
  readonly agentId: string;
  /** Whether the model may also call one tool without writing code. */
  readonly allowsDirectCalls: boolean;
  execute(code: string, options: { timeoutMs: number; signal: AbortSignal }): Promise<ManagedExecution>;
}

const MAX_CODE = 262_144;
const MAX_TIMEOUT_S = 600;
/** With so few tools their signatures stand in the description of `execute_code`, and nobody needs to look for them. */
const FEW = 15;

const Listing = z.object({
  server: z.string().optional().describe('Only tools of this server'),
  keywords: z.string().optional().describe('Only names that hold each of these words'),
  limit: z.int().min(1).max(500).default(100).describe('The most names to list'),
});
const Search = z.object({
  query: z.string().min(1).describe('Words that the name or the description may hold'),
  server: z.string().optional().describe('Only tools of this server'),
  limit: z.int().min(1).max(50).default(10).describe('The most tools to list'),
});
const Details = z.object({ tool_name: z.string().min(1).describe('As listed, such as server__tool') });
const Code = z.object({
  code: z.string().min(1).max(MAX_CODE).describe('Python; the value of a last expression is the result'),
  timeout: z.number().positive().max(MAX_TIMEOUT_S).default(30).describe('Seconds'),
});
const Call = z.object({
  tool_name: z.string().min(1).describe('As listed, such as server__tool'),
  arguments: z.record(z.string(), z.unknown()).default({}).describe('The arguments of the tool'),
});

/** Read anew before each model call, as every toolset. */
export function createCodemodeToolset(options: CodemodeToolsetOptions): Toolset {
  const { codemode, agentId, execute, allowsDirectCalls } = options;
  const bound = () => codemode.bindingsOf(agentId).servers;
  const tools = (server?: string): NamedTool[] => {
    const all = listTools(bound());
    return server === undefined ? all : all.filter((one) => one.server === server);
  };

  const calls: Readonly<Record<string, (args: unknown, signal: AbortSignal) => Promise<ToolOutcome> | ToolOutcome>> = {
    list_servers: () => {
      const modules = new Map(bound().map((server) => [server.id, server]));
      return say(
        codemode.serversOf(agentId).map(({ id, name, status, tools: { length } }) => {
          const server = modules.get(id);
          return { id, name, status, tools: length, ...(server && { import: `import ${server.module}` }) };
        }),
      );
    },
    list_tool_names: (args) => {
      const { server, keywords = '', limit } = Listing.parse(args);
      const words = keywords.toLowerCase().split(/[\s,]+/);
      const found = tools(server).filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
      const shown = found.slice(0, limit);
      return say({ tools: shown.map(({ name }) => name), total: found.length, imports: shown.map(toImport) });
    },
    search_tools: (args) => {
      const { query, server, limit } = Search.parse(args);
      const found = searchTools(tools(server), query);
      return say({
        tools: found.slice(0, limit).map((one) => ({
          name: one.name,
          description: one.description.slice(0, 300),
          signature: one.stub.signature,
          import: toImport(one),
        })),
        total: found.length,
      });
    },
    get_tool_details: (args) => {
      const found = findTool(tools(), Details.parse(args).tool_name);
      return typeof found === 'string' ? refuse(found) : say(describeTool(found));
    },
    execute_code: async (args, signal) => {
      const { code, timeout } = Code.parse(args);
      try {
        return reportExecution(await execute(code, { timeoutMs: Math.ceil(timeout * 1000), signal }));
      } catch (cause) {
        // That there is nothing to run code is something a model can say; a fault of this server is not.
        if (!(cause instanceof ApiError)) throw cause;
        return { result: { success: false, execution_error: cause.message }, isError: true };
      }
    },
    call_tool: async (args, signal) => {
      const { tool_name, arguments: given } = Call.parse(args);
      const found = findTool(tools(), tool_name);
      if (typeof found === 'string') return refuse(found);
      const answer = await codemode.callTool(agentId, found.server, found.stub.tool.name, given, { signal });
      return answer.success ? { result: answer.result, isError: false } : refuse(answer.error);
    },
  };

  return {
    prepare: ({ signal }) => codemode.prepare(agentId, signal),
    list: () => define(bound(), allowsDirectCalls),
    async call(name, args, { signal }) {
      const call = name === 'call_tool' && !allowsDirectCalls ? undefined : calls[name];
      if (!call) return refuse(`There is no tool '${name}'`);
      try {
        return await call(args, signal);
      } catch (cause) {
        if (!(cause instanceof z.ZodError)) throw cause;
        return refuse(
          cause.issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`).join('; '),
        );
      }
    },
  };
}

const say = (result: unknown): ToolOutcome => ({ result, isError: false });
const refuse = (message: string): ToolOutcome => ({ result: message, isError: true });

function define(servers: readonly BoundServer[], allowsDirectCalls: boolean): ToolDefinition[] {
  const direct =
    'Calls one tool with JSON arguments. For more than one call, or to work with the answer, use execute_code.';
  return [
    toDefinition('list_servers', 'Lists the servers whose tools code can call.', z.object({})),
    toDefinition('list_tool_names', 'Lists the names of tools that code can call, and how to import them.', Listing),
    toDefinition('search_tools', 'Finds tools that code can call, by words; the best come first.', Search),
    toDefinition(
      'get_tool_details',
      'Shows the signature, the arguments and the answer of one tool, and how to import it.',
      Details,
    ),
    toDefinition('execute_code', describeExecution(servers), Code),
    ...(allowsDirectCalls ? [toDefinition('call_tool', direct, Call)] : []),
  ];
}

function describeExecution(servers: readonly BoundServer[]): string {
  const tools = listTools(servers);
  const few = tools.length <= FEW ? tools.map((tool) => `${toImport(tool)}  # ${tool.stub.signature}`) : [];
  return [
    'Runs Python and returns what it prints, the value of its last expression, and its errors. Variables stay for the next call.',
    'Tools are async functions: from generated.mcp.<server> import <tool>, then await <tool>(name=value), several at once with asyncio.gather; <tool>.sync(...) blocks. They return a dict, a list or text, and raise ToolError (from generated import ToolError) when they fail. Print only what you need.',
    ...(few.length
      ? ['The tools:', ...few]
      : tools.length
        ? [`There are ${tools.length} tools: find them with search_tools.`]
        : ['There are no tools now.']),
  ].join('\n');
}

function toDefinition(name: string, description: string, schema: z.ZodType): ToolDefinition {
  const { $schema, additionalProperties, ...inputSchema } = z.toJSONSchema(schema, { io: 'input' });
  return { name, description, inputSchema };
}
