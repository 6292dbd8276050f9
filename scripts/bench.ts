/**
 * Prints what requests and events cost, as ratios to peers measured in the same run:
 * `npm run bench -- [rounds] [--only SECTION] [--all] [--json] [--against FILE]`.
 */
import * as events from './bench/events.ts';
import * as paced from './bench/paced.ts';
import * as rest from './bench/rest.ts';
import { runSections } from './bench/sections.ts';
import * as trpc from './bench/trpc.ts';

await runSections([rest, trpc, events, paced]);
