import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSkillLibrary, type SkillLibrary } from '../server/skills/skill-library.ts';
import { createSkillToolset } from '../server/skills/skill-toolset.ts';
import { BUNDLED_SKILLS } from '../server/skills/skills-folder.ts';
import { good, readableSkills, unusableSkills } from './fixtures/skills/odd-skills.ts';
import { skillText, writeFiles } from './fixtures/skills/skill-folder.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

type Files = Parameters<typeof writeFiles>[1];

/** A library over a folder of its own, which has been read. */
async function openLibrary(
  files: Files,
  { prepare, bundled }: { prepare?(folder: string): Promise<void>; bundled?: Files } = {},
) {
  const temporary = await temporaryFolder();
  const folder = join(temporary.path, 'skills');
  const bundledFolder = join(temporary.path, 'bundled');
  await Promise.all([mkdir(folder), mkdir(bundledFolder)]);
  await writeFiles(folder, files);
  await writeFiles(bundledFolder, bundled ?? {});
  await prepare?.(folder);
  const logged: object[] = [];
  const log = { warn: (details: object) => logged.push(details) };
  const library = createSkillLibrary({ folder, isFolderChosen: true, bundledFolder, log });
  await library.refresh();
  const dispose = () => temporary[Symbol.asyncDispose]();
  return { library, folder, logged, outside: temporary.path, [Symbol.asyncDispose]: dispose };
}

const toolsOf = (library: SkillLibrary) => {
  const execute = () => Promise.reject(new Error('Nothing is to run'));
  const toolset = createSkillToolset({ library, skills: () => library.list(), execute });
  return (tool: string, args: Record<string, unknown>) =>
    toolset.call(tool, args, { signal: new AbortController().signal });
};

describe('a SKILL.md', () => {
  it.each(readableSkills)('%s is read', async (_, text, expected) => {
    await using opened = await openLibrary({ 'good/SKILL.md': text });
    expect(opened.library.problems()).toEqual([]);
    expect(opened.library.list()).toMatchObject([expected]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });

  it.each(unusableSkills)('that %s is a problem, and the next one is read', async (_, text, reason) => {
    await using opened = await openLibrary({ 'bad/SKILL.md': text, 'good/SKILL.md': skillText('good') });
    expect(opened.library.problems()).toEqual([
      { path: 'bad', reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) },
    ]);
    expect(opened.library.list()).toMatchObject([good]);
    expect(opened.logged).toMatchObject([{ path: 'bad' }]);
    expect('wasRun' in globalThis).toBe(false);
  });
});

describe('a skills folder', () => {
  it('may hold skills in folders of folders, and be a skill itself', async () => {
    await using nested = await openLibrary({
      'a/SKILL.md': skillText('a'),
      'group/b/skill.md': skillText('b'),
      'group/b/inner/SKILL.md': skillText('inner'),
      '1/2/3/4/5/SKILL.md': skillText('too-deep'),
      '.hidden/SKILL.md': skillText('hidden'),
      'node_modules/c/SKILL.md': skillText('c'),
      'README.md': 'Nothing',
    });
    expect(nested.library.list().map(({ name }) => name)).toEqual(['a', 'b']);
    expect(nested.library.problems()).toEqual([
      { path: '.', reason: 'Folders more than 4 levels deep are not looked through' },
      { path: 'group/b/inner', reason: "It is inside the skill 'b': beside it, it would be one of its own" },
    ]);
    await using one = await openLibrary({ 'SKILL.md': skillText('one'), 'scripts/x.py': '' });
    expect(one.library.list()).toMatchObject([{ name: 'one', files: ['scripts/x.py'] }]);
  });

  it('finds the skills below one that is broken, and none in what a skill has for its own use', async () => {
    await using opened = await openLibrary({
      'SKILL.md': '# An index of skills',
      'a/Skill.MD': skillText('a'),
      'a/assets/template/SKILL.md': skillText('template'),
      'b/SKILL.md': skillText('name: b'),
      'b/c/SKILL.md': skillText('c'),
      'b/templates/SKILL.md': skillText('template'),
    });
    expect(opened.library.list().map(({ name, files }) => [name, files])).toEqual([
      ['a', ['assets/template/SKILL.md']],
      ['c', []],
    ]);
    expect(opened.library.problems()).toEqual([
      { path: '.', reason: 'SKILL.md does not begin with YAML between two lines of ---' },
      { path: 'b', reason: 'SKILL.md states no description' },
    ]);
  });

  it('of 2,000 skills is read whole, and of more as far as that, which is told', async () => {
    const names = Array.from({ length: 2001 }, (_, index) => `s${String(index).padStart(4, '0')}`);
    const files = Object.fromEntries(names.map((name) => [`${name}/SKILL.md`, skillText(name)]));
    const last = names.at(-1) ?? '';
    await using opened = await openLibrary(files);
    await expect
      .poll(() => opened.library.problems(), { timeout: 15_000 })
      .toEqual([{ path: '.', reason: 'Only the first 2000 skills are read' }]);
    expect([opened.library.list().length, opened.library.find(last)]).toEqual([2000, undefined]);
    await rm(join(opened.folder, last), { recursive: true });
    await using whole = await openLibrary({}, { prepare: (folder) => rename(opened.folder, folder) });
    await expect.poll(() => whole.library.list().length, { timeout: 15_000 }).toBe(2000);
    expect(whole.library.problems()).toEqual([]);
  });

  it('with a skill of 2,000 files is read, and what is left out of it is told', async () => {
    const notes = Array.from({ length: 2000 }, (_, index) => [`big/${index}.md`, 'x']);
    await using opened = await openLibrary({ 'big/SKILL.md': skillText('big'), ...Object.fromEntries(notes) });
    expect(opened.library.list()).toMatchObject([{ name: 'big', warnings: ['only the first 500 files count'] }]);
    expect(opened.library.list()[0]?.files.length).toBe(500);
  });

  it('has each name once: the first folder counts, and a skill of the folder before a bundled one', async () => {
    await using opened = await openLibrary(
      {
        'b/SKILL.md': skillText('name: Twice\ndescription: second'),
        'a/SKILL.md': skillText('name: twice\ndescription: first'),
      },
      { bundled: { 'twice/SKILL.md': skillText('twice'), 'more/SKILL.md': skillText('more') } },
    );
    expect(opened.library.list()).toMatchObject([
      { name: 'more', origin: 'bundled' },
      { name: 'twice', origin: 'folder', description: 'first' },
    ]);
    expect(opened.library.problems()).toEqual([{ path: 'b', reason: "Another folder has the skill 'twice' already" }]);
    expect(opened.library.find('TWICE')).toBe(opened.library.list()[1]);
  });

  it('that is not there is a problem when it was asked for, and harms no bundled skill', async () => {
    await using folder = await temporaryFolder();
    const missing = { folder: join(folder.path, 'none'), bundledFolder: BUNDLED_SKILLS, log: { warn() {} } };
    const asked = createSkillLibrary({ ...missing, isFolderChosen: true });
    const silent = createSkillLibrary({ ...missing, isFolderChosen: false });
    await Promise.all([asked.refresh(), silent.refresh()]);
    expect(asked.problems()).toEqual([{ path: '.', reason: 'There is no such skills folder' }]);
    expect(silent.problems()).toEqual([]);
    await writeFile(join(folder.path, 'file'), '');
    const file = createSkillLibrary({ ...missing, folder: join(folder.path, 'file'), isFolderChosen: false });
    await file.refresh();
    expect(file.problems()).toEqual([{ path: '.', reason: 'The skills folder cannot be read' }]);
    expect(silent.list().map(({ name, warnings }) => [name, warnings])).toEqual([
      ['csv-summary', []],
      ['markdown-toc', []],
    ]);
  });

  it('is read again when it has changed', async () => {
    await using opened = await openLibrary({ 'a/SKILL.md': skillText('a'), 'b/SKILL.md': skillText('b') });
    const now = async (passes: () => boolean) => {
      await expect.poll(() => opened.library.refresh().then(passes), { timeout: 5000, interval: 50 }).toBe(true);
    };
    await writeFile(join(opened.folder, 'a/SKILL.md'), skillText('name: a\ndescription: changed'));
    await now(() => opened.library.find('a')?.description === 'changed');
    await rename(join(opened.folder, 'b'), join(opened.folder, 'c'));
    await writeFiles(opened.folder, { 'd/SKILL.md': skillText('d'), 'a/SKILL.md': 'broken' });
    await now(() => opened.library.find('d') !== undefined && opened.library.find('a') === undefined);
    expect(opened.library.find('b')?.warnings).toEqual(["the name is not that of its folder, 'c'"]);
    await rm(opened.folder, { recursive: true });
    await now(() => opened.library.list().length === 0);
  });

  it('is left by no link, and no pipe in it is waited for', async () => {
    const secret = 'canary-of-the-host';
    await using opened = await openLibrary(
      {
        'good/SKILL.md': skillText('good'),
        'good/notes.md': 'inside',
        '../outside/SKILL.md': skillText('outside'),
        '../outside/secret.txt': secret,
      },
      {
        async prepare(folder) {
          await symlink('../outside', join(folder, 'linked'));
          await symlink('good', join(folder, 'same'));
          await symlink('..', join(folder, 'up'));
          await symlink('nowhere', join(folder, 'dangling'));
          await symlink('../../outside/secret.txt', join(folder, 'good/secret.txt'));
          await symlink('../../outside', join(folder, 'good/all'));
          await symlink('notes.md', join(folder, 'good/own.md'));
          await mkdir(join(folder, 'stolen'));
          await symlink('../../outside/SKILL.md', join(folder, 'stolen/SKILL.md'));
          await mkdir(join(folder, 'pipe'));
          execFileSync('mkfifo', [join(folder, 'pipe/SKILL.md'), join(folder, 'good/pipe.txt')]);
          await mkdir(join(folder, 'folder/SKILL.md'), { recursive: true });
        },
      },
    );
    expect(opened.library.problems()).toEqual([
      { path: 'folder', reason: 'SKILL.md is not a file' },
      { path: 'linked', reason: 'It is a link that leads out of the skills folder' },
      { path: 'pipe', reason: 'SKILL.md is not a file' },
      { path: 'stolen', reason: 'SKILL.md is outside the folder of the skill' },
      { path: 'up', reason: 'It is a link that leads out of the skills folder' },
    ]);
    expect(opened.library.list()).toMatchObject([
      {
        name: 'good',
        files: ['notes.md', 'own.md'],
        warnings: [
          'all is left out: it is a link that leads out of the folder',
          'secret.txt is left out: it is a link that leads out of the folder',
        ],
      },
    ]);
    const call = toolsOf(opened.library);
    const paths = [
      'secret.txt',
      'all/secret.txt',
      '../../outside/secret.txt',
      join(opened.outside, 'outside/secret.txt'),
      '/etc/passwd',
      'file:///etc/passwd',
      'notes.md\0',
      '..%2f..%2foutside/secret.txt',
      'scripts/../../../outside/secret.txt',
      'SKILL.md',
      '.',
      '__proto__',
      'pipe.txt',
    ];
    for (const resource_name of paths) {
      expect(await call('read_skill_resource', { skill_name: 'good', resource_name }), resource_name).toEqual({
        result: `The skill 'good' has no file '${resource_name}'. It has: ['notes.md', 'own.md']`,
        isError: true,
      });
    }
    const own = { result: { skill_name: 'good', resource_name: 'own.md', content: 'inside' }, isError: false };
    expect(await call('read_skill_resource', { skill_name: 'good', resource_name: 'own.md' })).toEqual(own);
    // What was a file when the folder was read may be a link by now.
    await rm(join(opened.folder, 'good/notes.md'));
    await symlink('../../outside/secret.txt', join(opened.folder, 'good/notes.md'));
    const swapped = await call('read_skill_resource', { skill_name: 'good', resource_name: 'notes.md' });
    expect(swapped.isError).toBe(true);
    expect(JSON.stringify(swapped)).not.toContain(secret);
  });
});

describe('the tools of skills', () => {
  const files = {
    'one/SKILL.md': skillText(
      'name: one\ndescription: Does one\nlicense: MIT\nallowed-tools: Read',
      '# One\n\nRun it.',
    ),
    'one/scripts/run.py': 'print(1)',
    'one/scripts/__init__.py': '',
    'one/references/more.md': 'More ä😀',
    'one/assets/picture.png': new Uint8Array([137, 80, 78, 71, 255]),
    'one/big.txt': 'x'.repeat(1_048_577),
  };

  it('tell a little of all skills, all of one, and read its files', async () => {
    await using opened = await openLibrary(files);
    const call = toolsOf(opened.library);
    expect(await call('list_skills', {})).toEqual({
      result: { skills: [{ name: 'one', description: 'Does one', scripts: ['scripts/run.py'] }] },
      isError: false,
    });
    expect(await call('load_skill', { skill_name: 'ONE' })).toEqual({
      result: {
        name: 'one',
        description: 'Does one',
        scripts: ['scripts/run.py'],
        instructions: '# One\n\nRun it.',
        resources: ['assets/picture.png', 'big.txt', 'references/more.md', 'scripts/__init__.py'],
        license: 'MIT',
        allowed_tools: ['Read'],
      },
      isError: false,
    });
    const more = {
      result: { skill_name: 'one', resource_name: 'references/more.md', content: 'More ä😀' },
      isError: false,
    };
    for (const resource_name of ['references/more.md', 'more.md', './references/more.md'])
      expect(await call('read_skill_resource', { skill_name: 'one', resource_name })).toEqual(more);
  });

  it.each([
    ['load_skill', { skill_name: 'two' }, "There is no skill 'two'. Available skills: ['one']"],
    ['load_skill', { skill_name: '__proto__' }, "There is no skill '__proto__'. Available skills: ['one']"],
    ['load_skill', { skill_name: '../one' }, "There is no skill '../one'. Available skills: ['one']"],
    ['load_skill', {}, 'skill_name: Invalid input: expected string, received undefined'],
    ['constructor', {}, "There is no tool 'constructor'"],
    [
      'read_skill_resource',
      { skill_name: 'one', resource_name: 'picture.png' },
      'assets/picture.png is not text: a script can read it',
    ],
    ['read_skill_resource', { skill_name: 'one', resource_name: 'big.txt' }, 'big.txt is larger than 1024 kB'],
    [
      'run_skill_script',
      { skill_name: 'one', script_name: 'none.py' },
      "The skill 'one' has no Python script 'none.py'. It has: ['scripts/run.py']",
    ],
    [
      'run_skill_script',
      { skill_name: 'one', script_name: 'references/more.md' },
      "The skill 'one' has no Python script 'references/more.md'. It has: ['scripts/run.py']",
    ],
    [
      'run_skill_script',
      { skill_name: 'one', script_name: 'run', kwargs: { 'a b': 1 } },
      "kwargs: 'a b' is no name of an option",
    ],
    [
      'run_skill_script',
      { skill_name: 'one', script_name: 'run', kwargs: { a: {} } },
      "kwargs: the value of 'a' is no text, number, boolean or list of them",
    ],
    [
      'run_skill_script',
      { skill_name: 'one', script_name: 'run', args: ['x'.repeat(200_001)] },
      'The arguments are too long: give long text as stdin',
    ],
    [
      'run_skill_script',
      { skill_name: 'one', script_name: 'run', timeout: 601 },
      'timeout: Too big: expected number to be <=600',
    ],
  ])('%s %j says what is wrong', async (tool, args, result) => {
    await using opened = await openLibrary(files);
    expect(await toolsOf(opened.library)(tool, args)).toEqual({ result, isError: true });
  });
});
