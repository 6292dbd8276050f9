import { once } from 'node:events';
import { rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { addSkills } from '../server/skills/skill-instructions.ts';
import { skillText, writeFiles } from './fixtures/skills/skill-folder.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { poll, startWholeServer, type WholeServer } from './support/whole-server.ts';

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000 });

const files = {
  'greet/SKILL.md': skillText('name: greet\ndescription: Greets people', 'Run scripts/greet.py with a name.'),
  'greet/scripts/greet.py': 'import sys\nprint("Hello", *sys.argv[1:])',
  'greet/references/names.md': 'Ann, Bob',
  'count/SKILL.md': skillText('count'),
  'broken/SKILL.md': skillText('name: broken'),
};

/** A server on a data folder with these skills. */
async function startWithSkills(args: readonly string[] = [], folder?: string): Promise<WholeServer> {
  const own = folder === undefined ? await temporaryFolder() : undefined;
  const home = folder ?? own?.path ?? '';
  if (own) await writeFiles(join(home, 'data/skills'), files);
  const server = await startWholeServer({ args, folder: home });
  const dispose = async () => {
    await server[Symbol.asyncDispose]();
    await own?.[Symbol.asyncDispose]();
  };
  return { ...server, [Symbol.asyncDispose]: dispose };
}

/** What the tool answers an agent whose model calls it. */
async function callTool(server: WholeServer, agent: string, tool: string, args: object): Promise<unknown> {
  const message = `/tool ${tool} ${JSON.stringify(args)}`;
  const { body } = await server.call('POST', `/agents/${agent}/prompt/sync`, { message });
  return Object(body).tool_calls?.[0] ?? Object(body).response ?? body;
}

describe('an agent with skills', () => {
  it('reads them and runs their scripts with its tools', async () => {
    await using server = await startWithSkills();
    const { status, body } = await server.call('POST', '/agents', { id: 'a', skills: ['greet'] });
    expect({ status, body }).toMatchObject({ status: 201, body: { skills: ['greet'] } });
    expect(await callTool(server, 'a', 'list_skills', {})).toMatchObject({
      result: { skills: [{ name: 'greet', description: 'Greets people', scripts: ['scripts/greet.py'] }] },
      is_error: false,
    });
    expect(await callTool(server, 'a', 'load_skill', { skill_name: 'greet' })).toMatchObject({
      result: { instructions: 'Run scripts/greet.py with a name.', resources: ['references/names.md'] },
    });
    const resource = { skill_name: 'greet', resource_name: 'references/names.md' };
    expect(await callTool(server, 'a', 'read_skill_resource', resource)).toMatchObject({
      result: { content: 'Ann, Bob' },
    });
    const script = { skill_name: 'greet', script_name: 'greet.py', args: ['Ann', '$(id)'] };
    expect(await callTool(server, 'a', 'run_skill_script', script)).toMatchObject({
      result: { success: true, exit_code: 0, stdout: 'Hello Ann $(id)\n' },
    });
    expect(await callTool(server, 'a', 'load_skill', { skill_name: 'count' })).toMatchObject({
      result: "There is no skill 'count'. Available skills: ['greet']",
      is_error: true,
    });
    expect(
      await callTool(server, 'a', 'read_skill_resource', { ...resource, resource_name: '../broken/SKILL.md' }),
    ).toMatchObject({
      result: "The skill 'greet' has no file '../broken/SKILL.md'. It has: ['references/names.md', 'scripts/greet.py']",
      is_error: true,
    });
  });

  it('keeps them over a restart, and has those of the server when it says nothing', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(join(folder.path, 'data/skills'), files);
    {
      await using server = await startWithSkills(['--skills', 'greet, markdown-toc'], folder.path);
      for (const [id, skills] of [
        ['own', ['count']],
        ['none', []],
        ['silent', undefined],
      ] as const)
        await server.call('POST', '/agents', { id, skills });
      expect(await server.call('GET', '/agents/silent')).toMatchObject({ body: { skills: ['greet', 'markdown-toc'] } });
    }
    await using server = await startWithSkills(['--skills', 'csv-summary'], folder.path);
    const { body } = await server.call('GET', '/agents');
    const shown = Object(body).agents.map(({ id, skills }: { id: string; skills: string[] }) => [id, skills]);
    expect(shown).toEqual([
      ['own', ['count']],
      ['none', []],
      ['silent', ['csv-summary']],
    ]);
    expect(await callTool(server, 'own', 'list_skills', {})).toMatchObject({ result: { skills: [{ name: 'count' }] } });
    expect(await callTool(server, 'none', 'list_skills', {})).toContain('list_skills');
    expect(await server.call('PUT', '/agents/own', { skills: null })).toMatchObject({
      body: { skills: ['csv-summary'] },
    });
    expect(await server.call('PUT', '/agents/own', { skills: ['broken'] })).toMatchObject({
      status: 422,
      body: {
        detail: "skills: no skill has the name 'broken'; there are: 'count', 'csv-summary', 'greet', 'markdown-toc'",
      },
    });
  });

  it('sees at its next step what has changed on disk', async () => {
    await using server = await startWithSkills();
    await server.call('POST', '/agents', { id: 'a', skills: ['greet', 'count'] });
    await writeFiles(join(server.folder, 'data/skills'), {
      'greet/SKILL.md': skillText('name: greet\ndescription: Greets everybody'),
      'late/SKILL.md': skillText('late'),
      'count/SKILL.md': 'broken by its author',
    });
    const has = (name: string) => (body: unknown) => JSON.stringify(body).includes(`"name":"${name}"`);
    await poll(server, '/skills', has('late'));
    expect(await callTool(server, 'a', 'list_skills', {})).toMatchObject({
      result: { skills: [{ name: 'greet', description: 'Greets everybody' }] },
    });
    expect(await server.call('PUT', '/agents/a', { skills: ['late'] })).toMatchObject({ status: 200 });
    await rm(join(server.folder, 'data/skills'), { recursive: true });
    await poll(server, '/skills', (body) => !has('late')(body));
    expect(await callTool(server, 'a', 'list_skills', {})).toContain('list_skills');
    expect(await server.call('GET', '/agents/a')).toMatchObject({ body: { skills: ['late'] } });
    expect(server.logged()).toContain('SKILL.md does not begin with YAML between two lines of ---');
  });
});

describe('the instructions of an agent', () => {
  it('name its skills and what they are for, and nothing more of them', async () => {
    const asked: string[] = [];
    const provider = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (chunk) => asked.push(chunk));
      request.on('end', () => response.writeHead(400, { 'content-type': 'application/json' }).end('{}'));
    });
    await once(provider.listen(0, '127.0.0.1'), 'listening');
    const { port } = z.object({ port: z.number() }).parse(provider.address());
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, files);
    await using server = await startWholeServer({
      args: ['--skills-folder', folder.path],
      environment: { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` },
    });
    const prompt = async (agent: object) => {
      await server.call('POST', '/agents', { id: 'a', model: 'openai:gpt-4o', system_prompt: 'Be kind.', ...agent });
      await server.call('POST', '/agents/a/prompt/sync', { message: 'Hi' });
      await server.call('DELETE', '/agents/a');
      return asked.splice(0).join('');
    };
    const withSkills = await prompt({ skills: ['greet', 'count'] });
    expect(withSkills).toContain('Be kind.\\n\\nYou have skills: ');
    expect(withSkills).toContain(' Your skills:\\n- greet: Greets people\\n- count: Does count"');
    expect(withSkills).not.toContain('Run scripts/greet.py with a name.');
    expect(await prompt({ skills: [] })).not.toMatch(/skill/);
    provider.close();
  });

  it('stay short, however many skills there are', () => {
    const skill = {
      origin: 'folder',
      folder: '/',
      files: [],
      warnings: [],
      instructions: '',
      allowedTools: [],
    } as const;
    const described = { ...skill, description: 'x'.repeat(1000), license: undefined, compatibility: undefined };
    const many = Array.from({ length: 100 }, (_, index) => ({ ...described, name: `skill-${index}` }));
    const text = addSkills('', many);
    expect(text.length).toBeLessThan(21_000);
    expect(text).toMatch(/\n- skill-18: x+\n- and 81 more: see list_skills$/);
    expect(addSkills('Be kind.', [])).toBe('Be kind.');
  });

  it('and its tools hold beside code: skills are called by the model itself', async () => {
    await using server = await startWithSkills(['--codemode']);
    await server.call('POST', '/agents', { id: 'a', skills: ['greet'] });
    const code = { code: 'open("names.txt", "w").write("from code")', timeout: 60 };
    expect(await callTool(server, 'a', 'execute_code', code)).toMatchObject({ result: { success: true } });
    const script = { skill_name: 'greet', script_name: 'greet.py', args: ['you'] };
    expect(await callTool(server, 'a', 'run_skill_script', script)).toMatchObject({
      result: { stdout: 'Hello you\n' },
    });
  });
});

describe('a skill is shown', () => {
  const text = skillText('name: odd\ndescription: Is odd', 'Read all.');
  async function startOdd(folder: string) {
    await writeFiles(join(folder, 'outside'), { 'secret.txt': 'SECRET' });
    await writeFiles(join(folder, 'skills'), {
      'odd/SKILL.md': text,
      'odd/references/names.md': 'Ann, Zoë',
      'odd/assets/dot.bin': new Uint8Array([0, 1, 2, 255]),
      'odd/assets/latin.txt': new Uint8Array([0x5a, 0x6f, 0xeb]),
      'odd/assets/long.txt': 'x'.repeat(1_048_577),
      'odd/.hidden': 'SECRET',
      'other/SKILL.md': skillText('other'),
    });
    await symlink(join(folder, 'outside/secret.txt'), join(folder, 'skills/odd/link.txt'));
    return startWholeServer({ args: ['--skills-folder', join(folder, 'skills'), '--skills', 'odd'] });
  }

  it('with its text, its files and what is in one of them', async () => {
    await using folder = await temporaryFolder();
    await using server = await startOdd(folder.path);
    const files = [
      { path: 'assets/dot.bin', bytes: 4 },
      { path: 'assets/latin.txt', bytes: 3 },
      { path: 'assets/long.txt', bytes: 1_048_577 },
      { path: 'references/names.md', bytes: 9 },
    ];
    const { status, body } = await server.call('GET', '/skills/ODD');
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'odd', description: 'Is odd', default: true, text, files, file: null });
    const read = async (path: string) =>
      Object((await server.call('GET', `/skills/odd?${new URLSearchParams({ path })}`)).body).file;
    expect(await read('references/names.md')).toEqual({ ...files[3], text: 'Ann, Zoë', left_out: null });
    expect(await read('assets/dot.bin')).toEqual({ ...files[0], text: null, left_out: 'binary' });
    expect(await read('assets/latin.txt')).toEqual({ ...files[1], text: null, left_out: 'binary' });
    expect(await read('assets/long.txt')).toEqual({ ...files[2], text: null, left_out: 'too_long' });
  });

  it('and nothing that is none of its files', async () => {
    await using folder = await temporaryFolder();
    await using server = await startOdd(folder.path);
    const paths = ['../other/SKILL.md', 'link.txt', '.hidden', 'none', '/etc/passwd', 'references', 'a\0b', '..'];
    for (const path of paths) {
      expect(await server.call('GET', `/skills/odd?${new URLSearchParams({ path })}`)).toMatchObject({
        status: 404,
        body: { code: 'skill-file-not-found' },
      });
    }
    for (const name of ['none', '..', '../outside', '__proto__']) {
      expect(await server.call('GET', `/skills/${encodeURIComponent(name)}`)).toMatchObject({ status: 404 });
    }
    expect(await server.call('GET', '/skills/none')).toMatchObject({ body: { code: 'skill-not-found' } });
  });
});

describe('the skills of a server', () => {
  it('are listed with what is wrong with them, from the folder that is given', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { ...files, 'Odd/SKILL.md': skillText('odd') });
    await using server = await startWholeServer({
      args: ['--skills-folder', folder.path, '--skills', 'greet,unknown'],
    });
    const { status, body } = await server.call('GET', '/skills');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      skills: [
        { name: 'count', default: false },
        {
          name: 'csv-summary',
          origin: 'bundled',
          scripts: ['scripts/summarize.py'],
          resources: ['references/report.md'],
        },
        {
          name: 'greet',
          description: 'Greets people',
          origin: 'folder',
          default: true,
          scripts: ['scripts/greet.py'],
          resources: ['references/names.md'],
          warnings: [],
        },
        { name: 'markdown-toc', origin: 'bundled', scripts: ['scripts/toc.py'] },
        { name: 'odd', warnings: ["the name is not that of its folder, 'Odd'"] },
      ],
      problems: [{ path: 'broken', reason: 'SKILL.md states no description' }],
    });
    expect(JSON.stringify(body)).not.toContain(folder.path);
    expect(server.logged()).toContain('"skills":["unknown"]');
  });

  it('are called as a server of the proxy', async () => {
    await using server = await startWithSkills();
    const call = (tool: string, args: object) =>
      server.call('POST', `/mcp/proxy/skills/tools/${tool}`, { arguments: args });
    expect(await call('list_skills', {})).toMatchObject({
      status: 200,
      body: {
        success: true,
        result: { skills: [{ name: 'count' }, { name: 'csv-summary' }, { name: 'greet' }, { name: 'markdown-toc' }] },
      },
    });
    const script = { skill_name: 'greet', script_name: 'greet', args: ['you'] };
    expect(await call('run_skill_script', script)).toMatchObject({
      body: { success: true, result: { stdout: 'Hello you\n' }, error: null, is_error: false },
    });
    expect(await call('read_skill_resource', { skill_name: 'greet', resource_name: '/etc/passwd' })).toEqual({
      status: 200,
      body: {
        success: false,
        result: null,
        error: "The skill 'greet' has no file '/etc/passwd'. It has: ['references/names.md', 'scripts/greet.py']",
        is_error: true,
      },
    });
    expect(await call('drop_skills', {})).toMatchObject({ status: 404, body: { code: 'mcp-tool-not-found' } });
  });
});
