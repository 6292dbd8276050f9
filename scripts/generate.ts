/** Writes what is derived: from the contract the OpenAPI document, the types of the REST client and the error table of the README; from their packages the JSON Schemas of A2UI and the files of the documentation pages. With --check writes nothing and fails when a file differs. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTypes, { astToString } from 'openapi-typescript';
import { contract } from '../contract/index.ts';
import { createOpenApiDocument } from '../contract/openapi.ts';
import packageJson from '../package.json' with { type: 'json' };
import { replaceErrorTable } from './error-table.ts';
import { readVendoredDocs } from './vendored-docs.ts';

const document = `${JSON.stringify(createOpenApiDocument(contract, packageJson.version), null, 2)}\n`;
// A field with a default may be left out of a request.
const types = astToString(await openapiTypes(document, { defaultNonNullable: false }));

const files: Record<string, string | Buffer> = {
  'client/generated/openapi.json': document,
  'client/generated/openapi.ts': `// Written by \`npm run generate\`.\n${types}`,
  'README.md': replaceErrorTable(await read('README.md')),
  'server/surfaces/schemas.json': await readA2uiSchemas(),
  ...readVendoredDocs(),
};

const isCheck = process.argv.includes('--check');
for (const [path, content] of Object.entries(files)) {
  if (Buffer.from(content).equals(await readBytes(path))) continue;
  if (isCheck) {
    console.error(`${path} is not what \`npm run generate\` writes`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(fileURLToPath(toUrl(path))), { recursive: true });
    await writeFile(toUrl(path), content);
    console.log(`wrote ${path}`);
  }
}

/** The published schemas, on one line each: their package would bring a renderer and everything it needs with it. */
async function readA2uiSchemas(): Promise<string> {
  const names = ['server_to_client', 'client_to_server', 'common_types', 'catalogs/basic/catalog'];
  const folder = 'node_modules/@a2ui/web_core/src/v0_9/schemas';
  const schemas = await Promise.all(names.map(async (name) => JSON.parse(await read(`${folder}/${name}.json`))));
  const rows = names.map((name, index) => `${JSON.stringify(name)}: ${JSON.stringify(schemas[index])}`);
  const note = 'A2UI v0.9, https://a2ui.org, Apache-2.0. Written by `npm run generate` from @a2ui/web_core.';
  return `{\n"$comment": ${JSON.stringify(note)},\n${rows.join(',\n')}\n}\n`;
}

async function read(path: string): Promise<string> {
  return (await readBytes(path)).toString();
}

async function readBytes(path: string): Promise<Buffer> {
  return readFile(toUrl(path)).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return Buffer.of();
    throw cause;
  });
}

function toUrl(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
