import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** One import of one file of the repository. */
export interface Import {
  /** The importing file, from the root of the repository: `server/http/rest.ts`. */
  readonly file: string;
  /** The imported file, from the root as well, or a package with its subpath, or a `node:` module. */
  readonly target: string;
  /** `types` leaves nothing behind at run time; `lazy` is loaded when the code comes to it. */
  readonly kind: 'value' | 'types' | 'lazy';
}

/** What is called with the name of a module; `__require` in what Rolldown made of CommonJS. */
const LOADERS = ['import', 'import.meta.resolve', '__require'];
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Every import, re-export, `import()` and `import.meta.resolve()` of the TypeScript files below `folders`. */
export function readImports(folders: readonly string[]): Import[] {
  const files = globSync(
    folders.map((folder) => `${folder}/**/*.{ts,tsx}`),
    { cwd: ROOT, exclude: ['**/dist/**'] },
  );
  return files
    .map((file) => file.split(sep).join('/'))
    .sort()
    .flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), 'utf8')));
}

/** The imports of the text of one file. */
export function importsOf(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, kind: Import['kind']) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ file, target: resolve(file, node.text), kind });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, hasValues(node) ? 'value' : 'types');
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'types' : 'value');
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'types');
    else if (ts.isCallExpression(node) && LOADERS.includes(node.expression.getText(source))) {
      add(node.arguments[0], 'lazy');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function hasValues({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return true;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return false;
  const { name, namedBindings } = importClause;
  if (name || !namedBindings || ts.isNamespaceImport(namedBindings)) return true;
  return namedBindings.elements.some(({ isTypeOnly }) => !isTypeOnly);
}

const resolve = (file: string, specifier: string): string =>
  specifier.startsWith('.')
    ? relative('.', join(dirname(file), specifier))
        .split(sep)
        .join('/')
    : specifier;
