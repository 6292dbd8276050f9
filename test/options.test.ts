import { expect, test } from 'vitest';
import { helpText, readOptions } from '../server/options.ts';

const problemOf = (args: readonly string[], environment: NodeJS.ProcessEnv = {}): string => {
  try {
    readOptions(args, environment);
    return 'none';
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
};

test('an option has its default, then what its variable says, then what its flag says', () => {
  const environment = { AGENT_RUNTIMES_PORT: '9000', AGENT_RUNTIMES_DEMO: 'true', AGENT_RUNTIMES_API_KEYS: 'a, b' };
  expect(readOptions([], {})).toMatchObject({ host: '127.0.0.1', port: 8765, demo: false, 'api-keys': [] });
  expect(readOptions([], environment)).toMatchObject({ port: 9000, demo: true, 'api-keys': ['a', 'b'] });
  expect(readOptions(['serve', '--port', '9001'], environment)).toMatchObject({ port: 9001, demo: true });
});

test('a repeatable option is a list, also as a variable', () => {
  const given = ['--allowed-host', 'a.example', '--allowed-host', 'b.example'];
  expect(readOptions(given, {})).toMatchObject({ 'allowed-host': ['a.example', 'b.example'] });
  const environment = { AGENT_RUNTIMES_ALLOWED_HOST: 'c.example,d.example' };
  expect(readOptions([], environment)).toMatchObject({ 'allowed-host': ['c.example', 'd.example'] });
});

test('an empty variable is one that is not set', () => {
  const empty = {
    AGENT_RUNTIMES_PORT: '',
    AGENT_RUNTIMES_MODEL: '',
    AGENT_RUNTIMES_DEMO: '',
    AGENT_RUNTIMES_RATE_LIMIT: '',
  };
  expect(readOptions([], empty)).toEqual(readOptions([], {}));
});

test.each([
  [['--prot', '1'], "Unknown option '--prot'; see --help"],
  [['serve', 'now'], "Unexpected argument 'now'. This command does not take positional arguments; see --help"],
  [['--port'], "Option '--port <value>' argument missing; see --help"],
  [['--port', 'abc'], '--port (or AGENT_RUNTIMES_PORT): must be a whole number from 0 to 65535'],
  [['--port', '1.5'], '--port (or AGENT_RUNTIMES_PORT): must be a whole number from 0 to 65535'],
  [['--port', '65536'], '--port (or AGENT_RUNTIMES_PORT): must be a whole number from 0 to 65535'],
  [['--port', ''], '--port (or AGENT_RUNTIMES_PORT): must not be empty'],
  [['--shutdown-grace', '-1'], "Option '--shutdown-grace' argument is ambiguous; see --help"],
  [['--api-keys', ','], '--api-keys (or AGENT_RUNTIMES_API_KEYS): holds no key'],
  [['--shutdown-grace=-1'], '--shutdown-grace (or AGENT_RUNTIMES_SHUTDOWN_GRACE): must be a number from 0 to 3600'],
  [
    ['--cors-origin', 'example.com'],
    '--cors-origin (or AGENT_RUNTIMES_CORS_ORIGIN): must be an origin, such as https://example.com',
  ],
])('%j is refused in words that say what to give', (args, problem) => {
  expect(problemOf(args)).toBe(problem);
});

test('a variable that is neither on nor off is refused', () => {
  expect(problemOf([], { AGENT_RUNTIMES_DEMO: 'maybe' })).toBe(
    '--demo (or AGENT_RUNTIMES_DEMO): must be true or false',
  );
});

test('the help names every option, with its default', () => {
  const options = readOptions([], {});
  const help = helpText();
  expect(Object.keys(options).filter((name) => !help.includes(`  --${name}`))).toEqual([]);
  expect(help).toMatch(/^ {2}--port PORT +port to listen on; 0 takes any free one \(8765\)$/m);
});
