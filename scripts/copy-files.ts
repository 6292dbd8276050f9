/** Copies beside the compiled files what the compiler leaves out: the Python of the server, and the skills it brings. */
import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

for (const file of globSync(['server/**/*.py', 'server/skills/bundled/**/*.md'])) {
  mkdirSync(dirname(`dist/${file}`), { recursive: true });
  copyFileSync(file, `dist/${file}`);
}
