import { z } from 'zod';

// Variables that decide what code a child process loads, where it finds programs or how its shell begins: to set one is to run code.
const FORBIDDEN =
  /^(?:LD_.*|DYLD_.*|NODE_OPTIONS|NODE_PATH|NODE_REPL_.*|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|PYTHON(?:PATH|HOME|STARTUP|INSPECT|USERBASE|EXECUTABLE|BREAKPOINT)|PATH|PATHEXT|BASH_ENV|BASH_FUNC_.*|ENV|SHELL|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|PS4|IFS|CDPATH|PERL5(?:OPT|LIB|DB)|PERLLIB|RUBY(?:OPT|LIB)|GEM_(?:PATH|HOME)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|GIT_.*|NPM_CONFIG_.*|PIP_.*|UV_.*|GCONV_PATH|LUA_(?:PATH|CPATH|INIT)|EDITOR|VISUAL|PAGER|BROWSER|COMSPEC)$/i;
const MAX_VALUE = 32_768;

/** The name of an environment variable that may be set for an MCP server: at most 256 characters, and none that makes it run other code. */
export const EnvVarName = z
  .string()
  .max(256)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and _, and not start with a digit')
  .refine((name) => !FORBIDDEN.test(name), {
    error: ({ input }) => `${String(input)} must not be set: it changes what code a server loads`,
  });

/** The value of an environment variable: at most 32,768 characters and no NUL. No answer and no log shows it. */
export const EnvVarValue = z
  .string()
  .max(MAX_VALUE)
  .refine((value) => !value.includes('\0'), { error: 'must not contain NUL' });

/** A record of texts by name. Unlike z.record alone, it reports what is wrong with a name. */
export const namedTexts = <Value extends z.ZodType<string>>(name: z.ZodType<string>, value: Value) =>
  z.record(z.string(), value).superRefine((texts, context) => {
    for (const key of Object.keys(texts)) {
      for (const { message } of name.safeParse(key).error?.issues ?? []) {
        context.addIssue({ code: 'custom', path: [key], message });
      }
    }
  });

/** Environment variables for the servers of one call: kept in memory, never stored, logged or shown. */
export const EnvVars = z
  .array(
    z
      .object({
        name: EnvVarName.meta({ description: 'Environment variable name', examples: ['TAVILY_API_KEY'] }),
        value: EnvVarValue.meta({ description: 'Environment variable value', examples: ['tvly-xxx'] }),
      })
      .meta({ id: 'EnvVar' }),
  )
  .max(100);
