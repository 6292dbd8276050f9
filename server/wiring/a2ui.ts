import { createA2uiHandlers } from '../protocols/a2ui/handlers.ts';
import { a2uiJsonLines } from '../protocols/a2ui/json-lines.ts';
import type { ProtocolParts } from './protocols.ts';
import { createTextRuns } from './text-run.ts';

/** Opens A2UI. */
export function openA2ui(parts: ProtocolParts) {
  return {
    handlers: { a2ui: createA2uiHandlers({ agents: parts.agents, runs: createTextRuns(parts) }) },
    streamFormats: { 'a2ui.run': [a2uiJsonLines] },
  };
}
