/** The files of the documentation pages, out of packages that bring hundreds of others and are installed for this alone. */
import { readFileSync } from 'node:fs';

/** What this server's policy for `/redoc` wants: the nonce on all styles, and no image from its makers. */
const REDOC_CHANGES = [
  ['r.nc=void 0;', 'r.nc=document.currentScript.nonce;'],
  ['https://cdn.redoc.ly/redoc/logo-mini.svg', 'data:,'],
] as const;

/** A change of ReDoc that finds nothing to change. */
class RedocChangeError extends Error {
  override readonly name = 'RedocChangeError';
}

/** Every vendored file by its path in the repository, with the licences of what is in them. */
export function readVendoredDocs(): Record<string, Buffer> {
  const files = {
    'swagger-ui.js': read('swagger-ui-dist/swagger-ui-bundle.js'),
    'swagger-ui.css': read('swagger-ui-dist/swagger-ui.css'),
    'favicon.png': read('swagger-ui-dist/favicon-32x32.png'),
    'redoc.js': Buffer.from(changeRedoc(read('redoc/bundles/redoc.standalone.js').toString())),
    'licenses/swagger-ui': join('swagger-ui-dist/NOTICE', 'swagger-ui-dist/LICENSE'),
    'licenses/swagger-ui-bundle.js.LICENSE.txt': read('swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt'),
    'licenses/redoc': read('redoc/LICENSE'),
    'licenses/redoc.standalone.js.LICENSE.txt': read('redoc/bundles/redoc.standalone.js.LICENSE.txt'),
  };
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [`server/http/vendored/${name}`, file]));
}

function changeRedoc(source: string): string {
  return REDOC_CHANGES.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new RedocChangeError(`redoc.standalone.js has no ${from}`);
    return text.replaceAll(from, to);
  }, source);
}

const read = (path: string): Buffer => readFileSync(new URL(`../node_modules/${path}`, import.meta.url));
const join = (...paths: string[]): Buffer => Buffer.concat(paths.map(read));
