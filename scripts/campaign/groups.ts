import { agUi } from './ag-ui.ts';
import { code } from './code.ts';
import { interpreters } from './interpreters.ts';
import { jsonBodies } from './json-bodies.ts';
import { mcpConfig } from './mcp-config.ts';
import { mcpHandshakes } from './mcp-handshakes.ts';
import { mcpLife } from './mcp-life.ts';
import { mcpResults } from './mcp-results.ts';
import { mcpTools } from './mcp-tools.ts';
import type { Group } from './odd-case.ts';
import { providers } from './providers.ts';
import { skills } from './skills.ts';
import { starts } from './starts.ts';
import { storedRows } from './stored-rows.ts';
import { toolLimits } from './tool-limits.ts';
import { toolSchemas } from './tool-schemas.ts';
import { callers } from './two-callers.ts';

/** Everything that is tried, in the order of the table. */
export const groups: readonly Group[] = [
  providers,
  mcpTools,
  mcpHandshakes,
  mcpResults,
  mcpLife,
  toolSchemas,
  toolLimits,
  agUi,
  jsonBodies,
  mcpConfig,
  skills,
  storedRows,
  callers,
  interpreters,
  code,
  starts,
];
