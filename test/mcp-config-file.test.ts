// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is tested.
import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeProblem, parseConfig, readConfigFile } from '../server/mcp/definitions/config-file.ts';
import { expand, variablesIn } from '../server/mcp/definitions/expand.ts';
import { maskArguments, maskUrl } from '../server/mcp/definitions/secrets.ts';
import { ConfigServers } from '../server/mcp/servers/config-servers.ts';
import { createServers, FIXTURE, until } from './support/mcp-servers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const expandWith = (text: string, variables: Record<string, string>) => {
  const missing = new Set<string>();
  return [expand(text, (name) => variables[name], missing), [...missing]];
};

describe('references to variables', () => {
  it.each([
    ['${KEY}', 'k', []],
    ['${env:KEY}', 'k', []],
    ['Bearer ${KEY}!', 'Bearer k!', []],
    ['${NO:-x}', 'x', []],
    ['${NO:-}', '', []],
    ['${NO:-${KEY}}', 'k', []],
    ['${NO:-${ALSO_NO:-a}-b}', 'a-b', []],
    ['${NO}', '', ['NO']],
    ['${EMPTY}', '', ['EMPTY']],
    ['${EMPTY:-x}', 'x', []],
    ['${input:token}', '', ['input:token']],
    ['$KEY %KEY% ${', '$KEY %KEY% ${', []],
    ['${REFERENCE}', '${KEY}', []],
  ])('%s becomes %s', (text, value, missing) => {
    expect(expandWith(text, { KEY: 'k', EMPTY: '', REFERENCE: '${KEY}' })).toEqual([value, missing]);
  });

  it('are required unless they have a default', () => {
    expect(variablesIn('${A} ${B:-b} ${C:-${D}} ${env:E}')).toEqual(['A', 'D', 'E']);
  });
});

describe('a config file', () => {
  it('is read with comments, trailing commas and every key', () => {
    const { servers, problems } = parseConfig(
      `\uFEFF// mine
      {
        "mcpServers": {
          "search": { /* by npx */
            "command": "npx", "args": ["-y", "search//mcp", 7,], "env": {"KEY": "\${KEY}", "DEBUG": true},
            "cwd": "/tmp", "name": "Search", "description": "Finds", "disabled": true, "timeout": 30,
          },
          "remote": {"url": "https://example.com/mcp", "headers": {"Authorization": "Bearer \${TOKEN}"}, "type": "sse"},
        },
      }`,
      'mcp.json',
    );
    expect(problems).toEqual([]);
    expect(servers).toEqual([
      {
        id: 'search',
        origin: 'config',
        name: 'Search',
        description: 'Finds',
        enabled: false,
        launch: {
          type: 'stdio',
          command: 'npx',
          args: ['-y', 'search//mcp', '7'],
          env: { KEY: '${KEY}', DEBUG: 'true' },
          cwd: '/tmp',
        },
        requiredEnvVars: ['KEY'],
        callTimeoutMs: 30_000,
      },
      {
        id: 'remote',
        origin: 'config',
        name: 'remote',
        description: '',
        enabled: true,
        launch: { type: 'sse', url: 'https://example.com/mcp', headers: { Authorization: 'Bearer ${TOKEN}' } },
        requiredEnvVars: ['TOKEN'],
        callTimeoutMs: undefined,
      },
    ]);
  });

  it('of VS Code is read too', () => {
    const { servers } = parseConfig('{"servers": {"a": {"type": "http", "url": "http://localhost/mcp"}}}', 'mcp.json');
    expect(servers.map(({ id, launch }) => [id, launch.type])).toEqual([['a', 'http']]);
  });

  it('with bad entries keeps the good ones, and names file, line and entry of the others', () => {
    const { servers, problems } = parseConfig(
      `{
  "mcpServers": {
    "good": {"command": "node"},
    "nothing": {},
    "wrong": {
      "command": 7
    },
    // a comment
    "both": {"command": "a", "url": "http://b"},
    "catalog": {"command": "a"},
    "a b": {"command": "a"},
    "odd": {"url": "http://b", "type": "carrier-pigeon"},
    "list": [],
    "asks": {"command": "a", "env": {"KEY": "\${input:key}"}}
  }
}`,
      '/etc/mcp.json',
    );
    expect(servers.map(({ id }) => id)).toEqual(['good']);
    expect(problems.map(describeProblem)).toEqual([
      "/etc/mcp.json:4: server 'nothing': needs a command or a url",
      "/etc/mcp.json:5: server 'wrong': command: Invalid input: expected string, received number",
      "/etc/mcp.json:9: server 'both': has both command and url",
      "/etc/mcp.json:10: server 'catalog': its id must not be one of config, catalog, available, import, skills",
      "/etc/mcp.json:11: server 'a b': its id must be 1 to 128 of A-Z a-z 0-9 . _ - and start with a letter or digit",
      "/etc/mcp.json:12: server 'odd': transport 'carrier-pigeon' is not one of stdio, http, sse",
      "/etc/mcp.json:13: server 'list': Invalid input: expected object, received array",
      "/etc/mcp.json:14: server 'asks': ${input:key} names no variable: write ${NAME} and set NAME",
    ]);
  });

  it.each([
    ['{\n  "mcpServers": {\n    "a": {"env": {"KEY": "tvly-CANARY" "B": 1}}\n  }\n}', 3],
    ['{\n  "mcpServers": {', 2],
    ['{"a": tvly-CANARY}', 1],
  ])('that is no JSON is reported by line, without quoting it', (text, line) => {
    const { servers, problems } = parseConfig(text, 'mcp.json');
    expect(servers).toEqual([]);
    expect(problems).toMatchObject([{ file: 'mcp.json', line }]);
    expect(JSON.stringify(problems)).not.toContain('CANARY');
  });

  it.each(['', '  \n', '{}', '{"mcpServers": {}}'])('of %j holds no server and no problem', (text) => {
    expect(parseConfig(text, 'mcp.json')).toEqual({ servers: [], problems: [] });
  });

  it('may end a list with a number or a word', () => {
    const text =
      '{"mcpServers": {"a": {"command": "a", "args": ["--port", 8080]}, "b": {"command": "b", "args": [1, true,]}}}';
    const { servers, problems } = parseConfig(text, 'mcp.json');
    expect(problems).toEqual([]);
    expect(servers.map(({ launch }) => launch.type === 'stdio' && launch.args)).toEqual([
      ['--port', '8080'],
      ['1', 'true'],
    ]);
  });

  it.each([
    ['a word', '{\n"mcpServers": {\n"a": oops,\n"b": {}\n}\n}', 3],
    ['a missing comma', '{\n"a": 1\n"b": 2,\n"c": 3\n}', 3],
    ['a missing colon', '{\n"a" {\n}\n}', 2],
    ['a string without an end', '{\n"a": "x,\n"b": 2\n}', 2],
    ['a wrong bracket', '{\n"a": [1, -2.5e3, true, null\n}\n\n}', 3],
    ['a key without quotes', '{\n"a": {},\n// why not\nb: 2\n}', 4],
    ['a wrong escape', '{\n"a": "\\x"\n\n}', 2],
    ['something after the end', '{\n"a": "ß\\u00e9"\n}\n]\n\n', 4],
    ['an end that is missing', '{\n"a": {\n"b": 01', 3],
    ['nothing more', '{\n"a": {\n', 3],
  ])('that is no JSON is faulted on the line of the fault: %s', (_name, text, line) => {
    expect(parseConfig(text, 'mcp.json').problems).toMatchObject([{ line }]);
  });

  it('that is absent is no problem; one that is a folder or too large is one', async () => {
    await using folder = await temporaryFolder();
    expect(await readConfigFile(join(folder.path, 'none.json'))).toEqual({ servers: [], problems: [] });
    const [problem] = (await readConfigFile(folder.path)).problems;
    expect(problem?.reason).toBe('cannot be read (EISDIR)');
    const large = join(folder.path, 'large.json');
    await writeFile(large, ' '.repeat(5 * 1024 * 1024));
    expect((await readConfigFile(large)).problems).toEqual([{ file: large, reason: 'is larger than 1 MiB' }]);
  });
});

describe('a config file that changes', () => {
  const entry = (mode: string, change = {}) => ({ command: process.execPath, args: [FIXTURE, mode], ...change });

  it('starts what is new, restarts what has changed, ends what is gone and leaves the rest alone', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'mcp.json');
    const write = async (mcpServers: object) => {
      await writeFile(`${file}.new`, JSON.stringify({ mcpServers }));
      await rename(`${file}.new`, file);
    };
    await write({ same: entry('good'), changed: entry('good'), gone: entry('good') });
    await using servers = createServers();
    const config = new ConfigServers(servers, { file, startThem: true, watchIntervalMs: 20 });
    await config.open();
    await config.settled();
    const pidOf = (id: string) => servers.find({ id, origin: 'config' })?.pid;
    const [same, changed] = [pidOf('same'), pidOf('changed')];
    expect(servers.list('config').map(({ status }) => status)).toEqual(['running', 'running', 'running']);

    await write({ same: entry('good'), changed: entry('junk'), added: entry('good') });
    await until(
      () => pidOf('added') !== undefined && ![undefined, changed].includes(pidOf('changed')),
      'it is applied',
    );
    expect(pidOf('same')).toBe(same);
    expect(servers.find('gone')).toBeUndefined();

    await writeFile(file, '{"mcpServers": {');
    await until(() => config.problems.length > 0, 'the fault is noticed');
    expect(pidOf('same')).toBe(same);

    await rm(file);
    await until(() => servers.list('config').length === 0, 'all are gone');
    config.close();
  });

  it('is noticed behind a symlink that is put elsewhere', async () => {
    await using folder = await temporaryFolder();
    const path = (name: string) => join(folder.path, name);
    await writeFile(path('one.json'), JSON.stringify({ mcpServers: { one: entry('good') } }));
    await writeFile(path('two.json'), JSON.stringify({ mcpServers: { two: entry('good') } }));
    await symlink(path('one.json'), path('mcp.json'));
    await using servers = createServers();
    const config = new ConfigServers(servers, { file: path('mcp.json'), startThem: false, watchIntervalMs: 20 });
    await config.open();
    expect(servers.list().map(({ definition, status }) => [definition.id, status])).toEqual([['one', 'stopped']]);
    await symlink(path('two.json'), path('next'));
    await rename(path('next'), path('mcp.json'));
    await until(() => servers.list()[0]?.definition.id === 'two', 'the other file is read');
    config.close();
  });
});

describe('what people are shown', () => {
  it('masks literal secrets and keeps references', () => {
    const args = [
      '-y',
      'pkg@1',
      '--token=x',
      '--api-key',
      'abc',
      '--port',
      '80',
      '${KEY}',
      '--auth=${KEY}',
      'sk-0123456789',
    ];
    expect(maskArguments(args)).toEqual([
      '-y',
      'pkg@1',
      '--token=***',
      '--api-key',
      '***',
      '--port',
      '80',
      '${KEY}',
      '--auth=${KEY}',
      '***',
    ]);
    expect(maskUrl('https://me:pw@example.com/mcp?api_key=abc&page=2&token=${T}')).toBe(
      'https://***@example.com/mcp?api_key=***&page=2&token=${T}',
    );
  });
});
