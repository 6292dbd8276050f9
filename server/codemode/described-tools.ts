/** Tools of servers as a model that writes code is shown them. */
import type { BoundServer } from './bindings.ts';
import type { ToolStub } from './tool-stub.ts';

/** A tool under the name it is listed by, which holds its server. */
export interface NamedTool {
  /** `server__tool`, in the names the server itself uses. */
  readonly name: string;
  readonly description: string;
  readonly server: string;
  readonly module: string;
  readonly stub: ToolStub;
}

/** The tools of all these servers, server by server. */
export const listTools = (servers: readonly BoundServer[]): NamedTool[] =>
  servers.flatMap(({ id, module, tools }) =>
    tools.map((stub) => ({
      name: `${id}__${stub.tool.name}`,
      description: stub.tool.description,
      server: id,
      module,
      stub,
    })),
  );

/** The line of Python that makes a tool available. */
export const toImport = ({ module, stub }: NamedTool): string => `from ${module} import ${stub.name}`;

/** The tool of this name: as listed, as imported, or alone when only one server has it. Else the sentence that says why not. */
export function findTool(tools: readonly NamedTool[], name: string): NamedTool | string {
  const spellings: ReadonlyArray<(tool: NamedTool) => readonly string[]> = [
    (tool) => [tool.name],
    ({ server, module, stub }) => [`${server}.${stub.tool.name}`, `${module}.${stub.name}`, `${server}.${stub.name}`],
    ({ stub }) => [stub.tool.name],
    ({ stub }) => [stub.name],
  ];
  for (const spell of spellings) {
    const [found, another] = tools.filter((tool) => spell(tool).includes(name));
    if (found && another) return `Several servers have a tool '${name}'; say which, such as '${found.name}'`;
    if (found) return found;
  }
  return `There is no tool '${name}'; find one with search_tools`;
}

/** A tool with its documentation and its schemas. */
export const describeTool = (tool: NamedTool) => ({
  name: tool.name,
  server: tool.server,
  import: toImport(tool),
  signature: tool.stub.signature,
  documentation: tool.stub.documentation.join('\n'),
  input_schema: tool.stub.tool.inputSchema,
  ...(tool.stub.tool.outputSchema && { output_schema: tool.stub.tool.outputSchema }),
});
