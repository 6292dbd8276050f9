// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is written for people shows references.
import { z } from 'zod';
import { EnvVarName, EnvVarValue, namedTexts } from './env-vars.ts';
import { NewServerId } from './ids.ts';

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0'), { error: 'must not contain NUL' });

// A command that is a path must be absolute and without `..`: what a relative one leads to depends on where this server was started.
const Command = z
  .string()
  .min(1)
  .max(1024)
  .regex(
    /^(?:[A-Za-z0-9._+@-]+|(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._+@-]+)+)$/,
    'must be the name of a program, or an absolute path of letters, digits and . _ + @ -; it is never given to a shell',
  )
  .meta({ description: 'The program, found on the PATH, or an absolute path', examples: ['npx'] });

const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/;
const HeaderValue = text(8192).refine((value) => !/[\r\n]/.test(value), { error: 'must be one line' });
const RemoteUrl = text(4096)
  .refine(isWebUrl, { error: 'must be an http or https URL without user and password' })
  .meta({ description: 'Where a remote server listens', examples: ['https://example.com/mcp'] });

// What no description of a server is without.
const KEPT =
  '`${VAR}` is looked up when it starts; other values are never shown, and kept over restarts only by a server with a secret key file, which stores them sealed';

const fields = {
  name: z.string().trim().min(1).max(200).optional().meta({ description: 'A name for people; absent: the id' }),
  description: z.string().max(4000).optional(),
  command: Command.optional(),
  args: z.array(text(32_768)).max(200).optional(),
  env: namedTexts(EnvVarName, EnvVarValue)
    .optional()
    .meta({
      description: `Variables of the server. ${KEPT}`,
    }),
  cwd: text(4096).regex(/^\//, 'must be an absolute path').optional(),
  url: RemoteUrl.optional(),
  headers: namedTexts(z.string().regex(HEADER, 'must be a header name'), HeaderValue)
    .optional()
    .meta({
      description: `Headers of each request to it. ${KEPT}`,
    }),
  transport: z
    .enum(['stdio', 'http', 'sse'])
    .optional()
    .meta({ description: 'Absent: stdio with a command; with a url http, falling back to SSE' }),
  timeout: z
    .number()
    .min(1)
    .max(86_400)
    .optional()
    .meta({ description: 'Seconds a call may be silent; absent: 60. Progress starts it anew' }),
  enabled: z
    .boolean()
    .optional()
    .meta({ description: 'Whether it is started now and at each start of this server; absent: true' }),
};

/** A new MCP server: its id, and a `command` or a `url`. */
export const CreateMcpServer = z.object({ id: NewServerId, ...fields }).meta({ id: 'CreateMcpServer' });
/** A change of an MCP server that a caller has added: only the fields given change. */
export const UpdateMcpServer = z.object(fields).meta({ id: 'UpdateMcpServer' });

function isWebUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
}
