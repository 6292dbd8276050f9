import { createA2uiHandlers } from '../protocols/a2ui/handlers.ts';
import { a2uiJsonLines } from '../protocols/a2ui/json-lines.ts';
import type { ProtocolParts } from './protocols.ts';
import { startTextRun } from './text-run.ts';

/** Opens A2UI. */
export function openA2ui({ agents, agentRuns }: ProtocolParts) {
  return {
    handlers: { a2ui: createA2uiHandlers({ agents, startRun: (request) => startTextRun(agentRuns, request) }) },
    streamFormats: { 'a2ui.run': [a2uiJsonLines] },
  };
}
