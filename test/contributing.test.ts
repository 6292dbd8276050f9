import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };

const PAGES = ['contract/README.md', 'server/README.md', 'test/README.md'];

/** What stands between backticks outside of blocks of code. */
const wordsOf = (text: string) =>
  [...text.replaceAll(/^ *```.*?^ *```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word);

test.each(PAGES)('%s names only files that are there', async (page) => {
  const words = wordsOf(await readFile(page, 'utf8'));
  const paths = words.filter((word) => /^[\w.-]+(\/[\w.-]*)+$|^[\w-]+\.(ts|js)$/.test(word));
  expect(paths.length).toBeGreaterThan(2);
  expect(paths.filter((path) => !existsSync(path) && !existsSync(join(dirname(page), path)))).toEqual([]);
});

test('the map of the README names each folder of the server', async () => {
  const [, map = ''] = /^## Map\n(.*?)^## /ms.exec(await readFile('README.md', 'utf8')) ?? [];
  const folders = (await readdir('server', { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).filter((name) => !map.includes(`${name}/`))).toEqual([]);
});

test.each(PAGES)('%s names only scripts of the package', async (page) => {
  const text = await readFile(page, 'utf8');
  const scripts = [...text.matchAll(/`npm (?:run )?([\w:]+)/g)].map(([, name = '']) => name);
  expect(scripts.filter((name) => !Object.keys(packageJson.scripts).includes(name))).toEqual([]);
});
