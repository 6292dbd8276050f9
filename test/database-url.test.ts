/** What is said of the address of a database: where it leads, and nothing that opens it. */
import { expect, test } from 'vitest';
import {
  describeDatabaseError,
  findUrlProblem,
  toClientConfig,
  withoutPassword,
} from '../server/replicas/connection.ts';

test.each([
  ['postgres://user:canary@host:5432/db?sslmode=verify-full', 'postgres://user:***@host:5432/db?sslmode=verify-full'],
  ['postgresql://user@host/db', 'postgresql://user@host/db'],
  ['postgres:///db?host=/run/postgresql', 'postgres:///db?host=/run/postgresql'],
  [
    'postgres://host/db?user=u&password=canary&sslpassword=canary',
    'postgres://host/db?user=u&password=***&sslpassword=***',
  ],
  ['postgres://user:can%2Fary%40@host/db', 'postgres://user:***@host/db'],
  ['postgres://user:can/ary@host/db', 'postgres://***'],
  ['canary', 'postgres://***'],
  ['mysql://user:canary@host/db', 'postgres://***'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutPassword(url)).toBe(shown);
});

const FORM =
  'A database URL has the form postgres://user:password@host:5432/database, with odd characters of the password as %XX';
const ODD = 'The password in a database URL must have its / ? # and @ as %2F %3F %23 and %40';
test.each([
  ['postgres://user:p%40%2F@host:5432/db', undefined],
  ['postgres://user@tenant:secret@host/db', undefined],
  ['postgres:///db?host=/run/postgresql', undefined],
  ['postgresql://%2Frun%2Fpostgresql/db', undefined],
  ['', FORM],
  ['host', FORM],
  ['host:5432/db', FORM],
  ['mysql://host/db', FORM],
  ['postgres://a,b/db', undefined],
  ['postgres://a:1,b:2/db', FORM],
  ['postgres://user:se/cret@host/db', FORM],
  ['postgres://user:1/cret@host/db', ODD],
  ['postgres://user:1?cret@host/db', ODD],
  ['postgres://user:1#cret@host/db', ODD],
])('of %s the problem is %s', (url, problem) => {
  expect(findUrlProblem(url)).toBe(problem);
});

test('an error is said without the passwords, however they are written', () => {
  const urls = ['postgres://user:can%2Fary%40@host/db?password=second', 'postgres://user:can@ary@host/db'];
  const error = new AggregateError([
    new Error('no can/ary@ at a, can%2Fary%40, second'),
    new Error('can@ary at b, can%40ary'),
    'text',
  ]);
  expect(describeDatabaseError(error, urls)).toBe('no *** at a, ***, ***; *** at b, ***; text');
  expect(describeDatabaseError(new RangeError(), urls)).toBe('RangeError');
});

test('a connection has its deadlines, and says what it is for', () => {
  expect(toClientConfig('postgres://user@host/db', 'beats')).toEqual({
    connectionString: 'postgres://user@host/db',
    application_name: 'agent-runtimes beats',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: 5000,
    idle_in_transaction_session_timeout: 5000,
  });
});
