#!/usr/bin/env node
/** The command `agent-runtimes`: options, runtime, listen, drain on SIGTERM. */
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

// Nothing above may name what Node 20 does not have: the check would never be reached.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(`agent-runtimes needs Node 24 or newer; this is ${process.version}\n`);
  process.exit(1);
}
// Halves the start from the second time on; where the folder cannot be written, nothing is lost.
module.enableCompileCache(join(homedir(), '.cache', 'agent-runtimes'));
// Imported after the check: older versions cannot even load some of what follows.
const { serve } = await import('./serve.ts');
process.exitCode = await serve(process.argv.slice(2), process.env);
