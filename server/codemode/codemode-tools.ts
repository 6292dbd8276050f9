/** The tools of an agent that writes code: some to look around, one to run Python that calls the rest, and one for a single call. */
import { z } from 'zod';
import { ApiError } from '../call/errors.ts';
import { type CallWatch, makeWatched } from '../runs/call-watch.ts';
import { answerTool, defineSchemaTool, failTool, type SchemaTool } from '../runs/schema-tools.ts';
import type { ExecuteOptions, ManagedExecution } from '../sandbox/agent-execution.ts';
import { toCallEnd } from '../sandbox/tool-calls.ts';
import type { Codemode } from './codemode.ts';
import { describeTool, findTool, listTools, type NamedTool, toImport } from './described-tools.ts';
import { reportExecution } from './execution-report.ts';
import { searchTools } from './tool-search.ts';

/** The agent whose tools these are, and what runs its code. */
export interface CodingContext {
  readonly codemode: Codemode;
  readonly agentId: string;
  execute(code: string, options: ExecuteOptions): Promise<ManagedExecution>;
  readonly signal: AbortSignal;
  /** Is told of the tool calls that are made. */
  readonly watch: CallWatch | undefined;
}

type CodingTool = SchemaTool<CodingContext>;

const MAX_CODE = 262_144;
const MAX_TIMEOUT_S = 600;
const MAX_SUMMARY = 300;

const toolName = z.string().min(1).describe('As listed, such as server__tool');
const serverFilter = z.string().optional().describe('Only tools of this server');

const listServers: CodingTool = defineSchemaTool({
  name: 'list_servers',
  description: 'Lists the servers whose tools code can call.',
  input: z.object({}),
  answer(_, { codemode, agentId }: CodingContext) {
    const bound = new Map(codemode.bindingsOf(agentId).servers.map((server) => [server.id, server]));
    return answerTool(
      codemode.serversOf(agentId).map(({ id, name, status, tools: { length } }) => {
        const server = bound.get(id);
        return { id, name, status, tools: length, ...(server && { import: `import ${server.module}` }) };
      }),
    );
  },
});

const listToolNames: CodingTool = defineSchemaTool({
  name: 'list_tool_names',
  description: 'Lists the names of tools that code can call, and how to import them.',
  input: z.object({
    server: serverFilter,
    keywords: z.string().optional().describe('Only names that hold each of these words'),
    limit: z.int().min(1).max(500).default(100).describe('The most names to list'),
  }),
  answer({ server, keywords = '', limit }, context: CodingContext) {
    const words = keywords.toLowerCase().split(/[\s,]+/);
    const found = toolsOf(context, server).filter(({ name }) =>
      words.every((word) => name.toLowerCase().includes(word)),
    );
    const shown = found.slice(0, limit);
    return answerTool({ tools: shown.map(({ name }) => name), total: found.length, imports: shown.map(toImport) });
  },
});

const search: CodingTool = defineSchemaTool({
  name: 'search_tools',
  description: 'Finds tools that code can call, by words; the best come first.',
  input: z.object({
    query: z.string().min(1).describe('Words that the name or the description may hold'),
    server: serverFilter,
    limit: z.int().min(1).max(50).default(10).describe('The most tools to list'),
  }),
  answer({ query, server, limit }, context: CodingContext) {
    const found = searchTools(toolsOf(context, server), query);
    const shown = found.slice(0, limit).map((tool) => ({
      name: tool.name,
      description: tool.description.slice(0, MAX_SUMMARY),
      signature: tool.stub.signature,
      import: toImport(tool),
    }));
    return answerTool({ tools: shown, total: found.length });
  },
});

const getToolDetails: CodingTool = defineSchemaTool({
  name: 'get_tool_details',
  description: 'Shows the signature, the arguments and the answer of one tool, and how to import it.',
  input: z.object({ tool_name: toolName }),
  answer({ tool_name }, context: CodingContext) {
    const found = findTool(toolsOf(context), tool_name);
    return typeof found === 'string' ? failTool(found) : answerTool(describeTool(found));
  },
});

/** The tools by which a model finds what its code can call. */
export const LOOK_AROUND: readonly CodingTool[] = [listServers, listToolNames, search, getToolDetails];

/** Runs Python; its description is written anew for the tools there are. */
export const executeCode: CodingTool = defineSchemaTool({
  name: 'execute_code',
  description: '',
  input: z.object({
    code: z.string().min(1).max(MAX_CODE).describe('Python; the value of a last expression is the result'),
    timeout: z.number().positive().max(MAX_TIMEOUT_S).default(30).describe('Seconds'),
  }),
  async answer({ code, timeout }, { execute, signal, watch }: CodingContext) {
    try {
      return reportExecution(await execute(code, { timeoutMs: Math.ceil(timeout * 1000), signal, watch }));
    } catch (cause) {
      // That there is nothing to run code is something a model can say; a fault of this server is not.
      if (!(cause instanceof ApiError)) throw cause;
      return { result: { success: false, execution_error: cause.message }, isError: true };
    }
  },
});

/** Calls one tool without code. */
export const callTool: CodingTool = defineSchemaTool({
  name: 'call_tool',
  description:
    'Calls one tool with JSON arguments. For more than one call, or to work with the answer, use execute_code.',
  input: z.object({
    tool_name: toolName,
    arguments: z.record(z.string(), z.unknown()).default({}).describe('The arguments of the tool'),
  }),
  async answer({ tool_name, arguments: args }, context: CodingContext) {
    const found = findTool(toolsOf(context), tool_name);
    if (typeof found === 'string') return failTool(found);
    const { codemode, agentId, signal, watch } = context;
    const { server } = found;
    const tool = found.stub.tool.name;
    const answer = await makeWatched(
      watch,
      { server, tool, args },
      { make: (onStart) => codemode.callTool({ agentId }, server, tool, args, { signal, onStart }), toEnd: toCallEnd },
    );
    return answer.success ? answerTool(answer.result) : failTool(answer.error);
  },
});

function toolsOf({ codemode, agentId }: CodingContext, server?: string): NamedTool[] {
  const tools = listTools(codemode.bindingsOf(agentId).servers);
  return server === undefined ? tools : tools.filter((tool) => tool.server === server);
}
