/**
 * Prints how costs grow: with agents, conversations, turns, stored runs, tools of MCP servers, open streams and a second process.
 * `npm run bench:scale -- [--only SECTION] [--json] [--against FILE]`. What would take hours to send is put into the store.
 */
import * as agents from './bench/scale/agents.ts';
import * as conversations from './bench/scale/conversations.ts';
import * as idleStreams from './bench/scale/idle-streams.ts';
import * as runs from './bench/scale/runs.ts';
import * as tools from './bench/scale/tools.ts';
import * as workers from './bench/scale/workers.ts';
import { runSections } from './bench/sections.ts';

await runSections([agents, conversations, runs, tools, idleStreams, workers]);
