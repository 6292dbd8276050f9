/** The entries that programs of people are configured with: MCP clients and editors. */
import { addressOf, type Call, KEY_PLACEHOLDER, KEY_VARIABLE, type Way } from './snippet-parts.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** As a tool of MCP clients, and as the agent of an editor. */
export const mcpEntries = (call: Call): readonly Way[] => [mcpWay(call), acpWay(call)];

function mcpWay(call: Call): Way {
  const url = addressOf(call, '/api/v1/agents/{id}/mcp');
  const headers = call.needsKey ? { headers: { Authorization: `Bearer ${KEY_PLACEHOLDER}` } } : {};
  const header = call.needsKey ? ` --header "Authorization: Bearer $${KEY_VARIABLE}"` : '';
  const entry = { type: 'http', url, ...headers };
  return {
    id: 'mcp',
    title: 'MCP',
    hint: `The agent is one tool, ask_${call.agentId.replaceAll(/[^\w-]/g, '_')}. All agents and servers are at ${call.root}/api/v1/mcp.`,
    snippets: [
      { title: 'Address', text: url },
      { title: 'mcp.json (Cursor and others)', text: json({ mcpServers: { [call.agentId]: entry } }) },
      { title: 'mcp.json (VS Code)', text: json({ servers: { [call.agentId]: entry } }) },
      { title: 'Claude Code', text: `claude mcp add --transport http ${call.agentId} ${url}${header}` },
    ],
  };
}

function acpWay(call: Call): Way {
  const args = ['-y', 'agent-runtimes', 'acp', '--agent', call.agentId, '--url', call.root];
  const env = call.needsKey ? { [KEY_VARIABLE]: KEY_PLACEHOLDER } : {};
  const command = { command: 'npx', args, env };
  return {
    id: 'acp',
    title: 'Editors (ACP)',
    hint: 'For Zed in its settings.json; for the editors of JetBrains in ~/.jetbrains/acp.json.',
    snippets: [
      { title: 'Command', text: `npx ${args.join(' ')}` },
      { title: 'Zed', text: json({ agent_servers: { [call.agentId]: { type: 'custom', ...command } } }) },
      { title: 'JetBrains', text: json({ agent_servers: { [call.agentId]: command } }) },
    ],
  };
}
