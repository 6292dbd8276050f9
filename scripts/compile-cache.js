/** Loaded before the server runs from its sources: the cache then also holds the first of them, and Node does not load its compiler for types. */
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

module.enableCompileCache?.(join(homedir(), '.cache', 'agent-runtimes'));
