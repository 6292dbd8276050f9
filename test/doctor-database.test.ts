import { describe, expect, test } from 'vitest';
import { database } from '../server/doctor/database.ts';
import { SCHEMA_VERSION } from '../server/store/migrations.ts';
import { openPostgresStore } from '../server/store/postgres/postgres.ts';
import { look } from './support/doctor.ts';
import { hasNoBouncer, hasNoDatabase, openBouncer, openDatabase } from './support/postgres.ts';

const lookAt = (url: string, direct?: string) =>
  look(database, { args: ['--database-url', url, ...(direct === undefined ? [] : ['--database-direct-url', direct])] });

test('without a database there is nothing to say, and with none at its address that', async () => {
  expect(await look(database)).toEqual([]);
  const [line] = await lookAt('postgres://me:canary@127.0.0.1:1/none');
  expect(line).toMatch(/^fail database: postgres:\/\/me:\*\*\*@127\.0\.0\.1:1\/none was not reached: .*ECONNREFUSED/);
});

describe.skipIf(hasNoDatabase)('a database that servers share', () => {
  test('is told of before and after the first start, and is not changed', async () => {
    await using empty = await openDatabase();
    const shown = empty.url;
    const heard = 'ok database: servers hear of changes at once';
    expect(await lookAt(empty.url)).toEqual([expect.stringContaining(`ok database: ${shown}, PostgreSQL `), heard]);
    expect((await lookAt(empty.url))[0]).toContain('empty yet; the first start makes the tables');
    await (await openPostgresStore({ url: empty.url, replica: 'a' })).close();
    expect((await lookAt(empty.url))[0]).toContain(`schema version ${SCHEMA_VERSION}`);
  });

  test.skipIf(hasNoBouncer)('behind a pooler is asked without it', async () => {
    await using behind = await openDatabase();
    await using bouncer = await openBouncer(behind.url);
    const lines = await lookAt(bouncer.url);
    expect(lines.at(-1)).toMatch(/^warn database: no wake-ups come through .*: name the database without the pooler/);
    expect((await lookAt(bouncer.url, behind.url)).at(-1)).toBe('ok database: servers hear of changes at once');
  });
});
