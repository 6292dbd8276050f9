import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errors } from '../contract/errors.ts';
import { replaceErrorTable } from '../scripts/error-table.ts';

test('the README lists each error of the contract with its status and meaning, and no other', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| (\d{3}) \| `([a-z-]+)` \| (.+) \|$/gm)].map(([, status, code, meaning]) => ({
    status: Number(status),
    code,
    meaning,
  }));
  const declared = Object.entries(errors).map(([code, { status, meaning }]) => ({ status, code, meaning }));
  const byCode = (a: { code?: string | undefined }, b: { code?: string | undefined }) =>
    String(a.code) < String(b.code) ? -1 : 1;
  expect(rows.sort(byCode)).toEqual(declared.sort(byCode));
});

test('every error has a status of its class and a meaning that fits in a table', () => {
  for (const [code, { status, meaning }] of Object.entries(errors)) {
    expect([code, status >= 400 && status < 600, /[|\n]/.test(meaning)]).toEqual([code, true, false]);
  }
});

test('writing the table changes nothing around it, and twice is the same as once', () => {
  const readme = 'before\n<!-- errors:start -->\nold\n<!-- errors:end -->\nafter\n';
  const once = replaceErrorTable(readme);
  expect(
    once.startsWith('before\n<!-- errors:start -->\n| status | code | meaning |\n| --- | --- | --- |\n| 400 |'),
  ).toBe(true);
  expect(once.endsWith('|\n<!-- errors:end -->\nafter\n')).toBe(true);
  expect(replaceErrorTable(once)).toBe(once);
});

test('a README without the place for the table is refused', () => {
  expect(() => replaceErrorTable('# no place')).toThrow('<!-- errors:start -->');
});
