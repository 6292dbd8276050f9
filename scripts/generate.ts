/** Writes what is derived from the contract: the OpenAPI document, the types of the REST client and the error table of the README. With --check writes nothing and fails when a file differs. */
import { readFile, writeFile } from 'node:fs/promises';
import openapiTypes, { astToString } from 'openapi-typescript';
import { contract } from '../contract/index.ts';
import { createOpenApiDocument } from '../contract/openapi.ts';
import packageJson from '../package.json' with { type: 'json' };
import { replaceErrorTable } from './error-table.ts';

const document = `${JSON.stringify(createOpenApiDocument(contract, packageJson.version), null, 2)}\n`;
// A field with a default may be left out of a request.
const types = astToString(await openapiTypes(document, { defaultNonNullable: false }));

const files: Record<string, string> = {
  'client/generated/openapi.json': document,
  'client/generated/openapi.ts': `// Written by \`npm run generate\`.\n${types}`,
  'README.md': replaceErrorTable(await read('README.md')),
};

const isCheck = process.argv.includes('--check');
for (const [path, text] of Object.entries(files)) {
  if ((await read(path)) === text) continue;
  if (isCheck) {
    console.error(`${path} is not what \`npm run generate\` writes`);
    process.exitCode = 1;
  } else {
    await writeFile(toUrl(path), text);
    console.log(`wrote ${path}`);
  }
}

async function read(path: string): Promise<string> {
  return readFile(toUrl(path), 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw cause;
  });
}

function toUrl(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
