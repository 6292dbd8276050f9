#!/usr/bin/env node
/** The command `agent-runtimes`: options, runtime, listen, drain on SIGTERM. */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { findHomeFolder } from './home-folder.ts';

// Nothing above may name what Node 20 does not have: the check would never be reached.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(`agent-runtimes needs Node 24 or newer; this is ${process.version}\n`);
  process.exit(1);
}
if (process.argv[2] === 'doctor') {
  // Before the cache is opened: it writes.
  const { doctor } = await import('./doctor/doctor.ts');
  process.exit(await doctor(process.argv.slice(3), process.env));
}
// Halves the start. Made by the first start that is not refused; where it cannot be written, nothing is lost.
const home = findHomeFolder();
const cache = home === undefined ? undefined : join(home, '.cache', 'agent-runtimes');
if (cache !== undefined && existsSync(cache)) module.enableCompileCache(cache);
const keepCompiled = () => {
  if (cache !== undefined) module.enableCompileCache(cache);
};
// Imported after the check: older versions cannot even load some of what follows.
if (process.argv[2] === 'acp') {
  const { acp } = await import('./acp/acp.ts');
  // Its input may be open still.
  process.exit(await acp(process.argv.slice(3), process.env, keepCompiled));
}
const { serve } = await import('./serve.ts');
process.exitCode = await serve(process.argv.slice(2), process.env, keepCompiled);
