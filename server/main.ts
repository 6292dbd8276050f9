#!/usr/bin/env node
/** The command `agent-runtimes`: options, runtime, listen, drain on SIGTERM. */
import process from 'node:process';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(`agent-runtimes needs Node 24 or newer; this is ${process.version}\n`);
  process.exit(1);
}
// Imported after the check: older versions cannot even load some of what follows.
const { serve } = await import('./serve.ts');
process.exitCode = await serve(process.argv.slice(2), process.env);
