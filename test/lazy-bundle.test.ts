import { expect, test } from 'vitest';
import { z } from 'zod';
import { makeLazy } from '../scripts/lazy-shapes.ts';
import { escapeLetters, takeFromProcess } from '../scripts/light-chunks.ts';
import { dropMeta } from '../scripts/without-meta.ts';

/** What a module's text makes, with a `z` that notes which schemas are made. */
function run(code: string) {
  const made: string[] = [];
  const note = (name: string) => {
    made.push(name);
    return z.string();
  };
  const schema: z.ZodObject = new Function('z', 'note', `return ${code}`)(z, note);
  return { schema, made };
}

test('fields of a bundled schema are made when they are first read, and once', () => {
  const { schema, made } = run(makeLazy(`z.object({ a: note('a'), 'b-c': note('b') }).extend({ d: note('d') })`));
  expect(made).toEqual([]);
  expect(Object.keys(schema.shape)).toEqual(['a', 'b-c', 'd']);
  expect(schema.parse({ a: '1', 'b-c': '2', d: '3' })).toEqual({ a: '1', 'b-c': '2', d: '3' });
  expect(schema.safeParse({ a: 1, 'b-c': '2', d: '3' }).error?.issues[0]?.path).toEqual(['a']);
  expect(made.toSorted()).toEqual(['a', 'b', 'd']);
});

test('what is no call, has a computed name, or would mean something else in a getter stays as it is', () => {
  for (const code of [
    'z.object({ a, [b]: note(1), ...rest, get c() { return note(2); } })',
    'class A { schema = z.object({ a: note(this.name) }) }',
    'const headers = new Headers({ a: note(1) })',
  ]) {
    expect(makeLazy(code)).toBe(code);
  }
});

test('letters outside of the first plane do not move what stands behind them', () => {
  expect(makeLazy(`const a = '😀é'; z.object({ b: z.object({ c: z.string() }) })`)).toBe(
    `const a = '😀é'; z.object({ get b() { return z.object({ get c() { return z.string(); } }); } })`,
  );
});

test('descriptions of schemas are left out, and what reads them stays', () => {
  expect(
    dropMeta(
      `const A = z\n  .object({ a: z.string().meta({ description: 'a).' }).optional(), b: B.meta({ id: 'B' }) })\n  .meta({ id: 'A', of: C.meta({}) });`,
    ),
  ).toBe('const A = z\n  .object({ a: z.string().optional(), b: B });');
  expect(dropMeta(`const id = A.meta()?.id; const { meta } = B; meta({ c: 1 });`)).toBe(
    `const id = A.meta()?.id; const { meta } = B; meta({ c: 1 });`,
  );
});

test('imports of modules of Node become what the process gives, and other imports stay', () => {
  expect(takeFromProcess('import { join, sep as separator } from "node:path";')).toBe(
    'const { join, sep: separator } = globalThis.process.getBuiltinModule("node:path");',
  );
  expect(takeFromProcess('import process$1 from "node:process";')).toBe(
    'const process$1 = globalThis.process.getBuiltinModule("node:process");',
  );
  expect(takeFromProcess('import fs, { open } from "node:fs/promises";')).toBe(
    'const fs = globalThis.process.getBuiltinModule("node:fs/promises"); const { open } = globalThis.process.getBuiltinModule("node:fs/promises");',
  );
  expect(takeFromProcess('import * as path from "node:path";')).toBe(
    'const path = globalThis.process.getBuiltinModule("node:path");',
  );
  expect(takeFromProcess('import express from "express";')).toBe('import express from "express";');
});

test('escaped letters are the same letters in strings, templates and patterns', () => {
  const code = '["ü😀", `é`, /^[“”😀]$/u.test("😀"), /^[à-ü]$/.test("é")]';
  const escaped = escapeLetters(code);
  expect(escaped).toMatch(/^[ -~]*$/);
  expect(new Function(`return ${escaped}`)()).toEqual(['ü😀', 'é', true, true]);
  expect(() => escapeLetters('String.raw`é`')).toThrow('A raw text has letters outside of ASCII: String.raw`é`');
});
