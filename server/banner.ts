import { existsSync } from 'node:fs';
import type { Options } from './options.ts';
import { version } from './version.ts';

/** The text that the command prints once it listens: where everything is, and one command to paste. */
export function bannerOf(url: string, options: Options): string {
  const mcpConfig = options['mcp-config'];
  const rows = [
    ['API', `${url}/api/v1`],
    ['Console', `${url}/console`],
    ['Docs', `${url}/docs (Swagger UI), ${url}/redoc (ReDoc)`],
    ['tRPC', `${url}/trpc`],
    ['Data', options['data-dir']],
    ['MCP config', existsSync(mcpConfig) ? mcpConfig : `${mcpConfig} (not there)`],
    ...(options.demo ? [['Demo agent', `${url}/api/v1/ag-ui/demo/ (AG-UI)`]] : []),
  ];
  const needsKey = options['api-keys'].length > 0 || options['api-key-file'] !== undefined;
  const key = needsKey ? " -H 'Authorization: Bearer <your key>'" : '';
  const question = `curl -N ${url}/api/v1/agents/demo/prompt${key} -H 'Content-Type: application/json' -d '{"message": "What is 17 * 23?"}'`;
  return [
    `agent-runtimes ${version} listens on ${url}`,
    '',
    ...rows.map(([name = '', text]) => `  ${name.padEnd(11)} ${text}`),
    '',
    ...(options.demo ? ['Ask the demo agent:', `  ${question}`, ''] : []),
    '',
  ].join('\n');
}
