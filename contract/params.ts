import { z } from 'zod';

const id = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(256)
    .meta({ description, examples: [example] });

/** The only names a path template may use, each with its schema. */
export const params = {
  example_name: id('The name of the example', 'agentic_chat'),
  agent_id: id('The agent identifier', 'my-agent'),
  server_id: id('The MCP server identifier', 'tavily'),
  server_name: id('The name of the MCP server in the catalog', 'tavily'),
  tool_name: id('The name of a tool of the MCP server', 'tavily_search'),
  skill_name: id('The name of the skill', 'csv-summary'),
  conversation_id: id('The conversation identifier', 'conv-1'),
  chat_id: id('The id of the chat, which is that of its conversation', 'chat-1'),
  run_id: id('The run identifier', 'run-1'),
  response_id: id('The id of the response, which is that of its run', 'run-1'),
  approval_id: id('The approval identifier', 'appr-1'),
};
