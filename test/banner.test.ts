import { expect, test } from 'vitest';
import { bannerOf } from '../server/banner.ts';
import { readOptions } from '../server/options.ts';
import { version } from '../server/version.ts';

const linesOf = (...args: string[]): string[] => {
  const options = readOptions(['--data-dir', '/data', '--mcp-config', '/nowhere/mcp.json', ...args], {});
  if ('print' in options) throw new Error('not options');
  return bannerOf('http://127.0.0.1:8765', options).trimEnd().split('\n');
};

test('a server says where everything is, and what it has read', () => {
  expect(linesOf()).toEqual([
    `agent-runtimes ${version} listens on http://127.0.0.1:8765`,
    '',
    '  API         http://127.0.0.1:8765/api/v1',
    '  Console     http://127.0.0.1:8765/console',
    '  Docs        http://127.0.0.1:8765/docs (Swagger UI), http://127.0.0.1:8765/redoc (ReDoc)',
    '  tRPC        http://127.0.0.1:8765/trpc',
    '  Data        /data',
    '  MCP config  /nowhere/mcp.json (not there)',
  ]);
});

test('a server with the demo agent gives a command to paste, with the key it needs', () => {
  const command = (key: string) =>
    `  curl -N http://127.0.0.1:8765/api/v1/agents/demo/prompt${key} -H 'Content-Type: application/json' -d '{"message": "What is 17 * 23?"}'`;
  expect(linesOf('--demo').slice(-2)).toEqual(['Ask the demo agent:', command('')]);
  const withKey = command(" -H 'Authorization: Bearer <your key>'");
  expect(linesOf('--demo', '--api-keys', 'k').at(-1)).toBe(withKey);
  expect(linesOf('--demo', '--api-key-file', '/keys').at(-1)).toBe(withKey);
});
