/** Copies the Python files of the server beside the compiled ones: the compiler leaves them out. */
import { copyFileSync, globSync } from 'node:fs';

for (const file of globSync('server/**/*.py')) copyFileSync(file, `dist/${file}`);
