import { describe, expect, test } from 'vitest';
import { findCircles, findCrossings, findUnusedGrants } from '../scripts/import-rules.ts';
import { type Import, importsOf, readImports } from '../scripts/read-imports.ts';

const crossingsOf = (file: string, text: string) => findCrossings(importsOf(file, text));

const imports = readImports(['contract', 'client', 'server', 'scripts', 'test']);

test('no file of the repository crosses a line, and none import each other in a circle', () => {
  expect(imports.length).toBeGreaterThan(100);
  expect(findCrossings(imports)).toEqual([]);
  expect(findCircles(imports)).toEqual([]);
});

test('a feature may import no more than it does', () => {
  expect(findUnusedGrants(imports)).toEqual([]);
  const others = imports.filter(({ file, target }) => !file.startsWith('server/configure/') || !/\/mcp\//.test(target));
  expect(findUnusedGrants(others)).toEqual(['server/configure/ imports nothing of server/mcp/']);
});

describe('a crossing is found', () => {
  test.each([
    [
      'contract/agents.ts',
      "import '../server/call/errors.ts';",
      'server/call/errors.ts must not be imported by contract/agents.ts',
    ],
    ['contract/agents.ts', "import express from 'express';", 'express must not be imported by contract/agents.ts'],
    [
      'client/index.ts',
      "export { a } from '../server/call/errors.ts';",
      'server/call/errors.ts must not be imported by client/index.ts',
    ],
    ['client/index.ts', "import { z } from 'zod';", 'zod must not be imported by client/index.ts'],
    ['client/index.ts', "import { join } from 'node:path';", 'node:path must not be imported by client/index.ts'],
    [
      'server/http/rest.ts',
      "import '../agents/agents.ts';",
      'server/agents/agents.ts must not be imported by server/http/rest.ts',
    ],
    [
      'server/mcp/servers/connection.ts',
      "import type { Store } from '../../store/store.ts';",
      'server/store/store.ts must not be imported by server/mcp/servers/connection.ts',
    ],
    [
      'server/store/store.ts',
      "type M = import('../models/models.ts').Models;",
      'server/models/models.ts must not be imported by server/store/store.ts',
    ],
    [
      'server/runs/runs.ts',
      "const mcp = await import('../mcp/servers/connection.ts');",
      'server/mcp/servers/connection.ts must not be imported by server/runs/runs.ts',
    ],
    [
      'server/agents/agents.ts',
      "import '../wiring/runtime.ts';",
      'server/wiring/runtime.ts must not be imported by server/agents/agents.ts',
    ],
    [
      'server/protocols/ag-ui/handlers.ts',
      "import type { TaskRun } from '../a2a/task-ports.ts';",
      'server/protocols/a2a/task-ports.ts must not be imported by server/protocols/ag-ui/handlers.ts',
    ],
    [
      'server/mcp/processes/launch.ts',
      "import type { RunningServers } from '../servers/running-servers.ts';",
      'server/mcp/servers/running-servers.ts must not be imported by server/mcp/processes/launch.ts',
    ],
    ['server/serve.ts', "import './main.ts';", 'server/main.ts must not be imported by server/serve.ts'],
    [
      'server/runs/runs.ts',
      "import '../../test/support/loop.ts';",
      'test/support/loop.ts must not be imported by server/runs/runs.ts',
    ],
    [
      'server/runs/runs.ts',
      "import '../../scripts/check.ts';",
      'scripts/check.ts must not be imported by server/runs/runs.ts',
    ],
    [
      'server/http/docs.ts',
      "import { a } from '../../contract/openapi.ts';",
      'contract/openapi.ts must be imported lazily in server/http/docs.ts',
    ],
    [
      'server/models/providers.ts',
      "import { a } from '@ai-sdk/openai';",
      '@ai-sdk/openai must be imported lazily in server/models/providers.ts',
    ],
  ])('%s: %s', (file, text, problem) => {
    expect(crossingsOf(file, text)).toEqual([problem]);
  });
});

describe('what is allowed passes', () => {
  test.each([
    ['server/http/rest.ts', "import { ApiError } from '../call/errors.ts'; import express from 'express';"],
    ['server/mcp/servers/connection.ts', "import type { Tool } from '@modelcontextprotocol/sdk/types.js';"],
    [
      'server/mcp/servers/connection.ts',
      "const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');",
    ],
    ['server/models/models.ts', "import { APICallError } from '@ai-sdk/provider';"],
    ['server/wiring/agents.ts', "import '../agents/agent-handlers.ts'; import '../mcp/servers/connection.ts';"],
    ['server/mcp/doors/doors.ts', "import { toToolName } from '../tool-names.ts'; import '../servers/connection.ts';"],
    ['server/protocols/a2a/tasks/tasks.ts', "import '../task-ports.ts'; import '../../../surfaces/render-ui.ts';"],
    ['contract/index.ts', "import { z } from 'zod'; import './agents.ts';"],
  ])('%s: %s', (file, text) => {
    expect(crossingsOf(file, text)).toEqual([]);
  });
});

test('a circle is found through any number of files, and types make none', () => {
  const circle = (kind: Import['kind']): Import[] => [
    { file: 'a.ts', target: 'b.ts', kind: 'value' },
    { file: 'b.ts', target: 'c.ts', kind: 'value' },
    { file: 'c.ts', target: 'b.ts', kind },
  ];
  expect(findCircles(circle('value'))).toEqual(['b.ts → c.ts → b.ts']);
  expect(findCircles(circle('types'))).toEqual([]);
});
