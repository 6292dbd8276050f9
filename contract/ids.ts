import { z } from 'zod';

// Words that are path segments beside an agent's or a server's id, so that an id could shadow them.
const AGENT_WORDS = ['mcp-servers', 'sandbox', 'terminate', 'agents', 'prompt', 'connect'];
const SERVER_WORDS = ['config', 'catalog', 'available', 'import', 'skills'];

const idThatIsNot = (words: readonly string[], example: string) =>
  z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
      'must be 1 to 128 of A-Z a-z 0-9 . _ - and start with a letter or digit',
    )
    .refine((id) => !words.includes(id), { error: `must not be one of ${words.join(', ')}` })
    .meta({ examples: [example] });

/** The id a new agent may have: a path segment and none of the words that are paths here. */
export const NewAgentId = idThatIsNot(AGENT_WORDS, 'my-agent');

/** The id a new MCP server may have: a path segment and none of the words that are paths here. */
export const NewServerId = idThatIsNot(SERVER_WORDS, 'my-server');

/** An RFC 3339 point in time, in UTC. Only ever sent, by a server that makes it, so that its form is stated and not checked again. */
export const Timestamp = z.string().meta({ format: 'date-time', examples: ['2026-11-23T10:00:00.000Z'] });
