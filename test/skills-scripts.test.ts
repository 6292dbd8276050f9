import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { missingJupyter, startJupyter } from '../scripts/jupyter-server.ts';
import { SandboxManager } from '../server/sandbox/sandbox-manager.ts';
import { createSkillLibrary } from '../server/skills/skill-library.ts';
import { createSkillToolset } from '../server/skills/skill-toolset.ts';
import { BUNDLED_SKILLS } from '../server/skills/skills-folder.ts';
import { skillText, writeFiles } from './fixtures/skills/skill-folder.ts';
import { snapshotFolder } from './support/data-folder.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// In CI its absence is a failure.
const isSkipped = missingJupyter !== undefined && !process.env.CI;
if (isSkipped) console.warn(`Tests with a Jupyter server are skipped: ${missingJupyter}`);

// A busy machine starts an interpreter slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

const scripts = {
  'echo.py': 'import json, sys\nprint(json.dumps([sys.argv[1:], sys.stdin.read(), __name__]))',
  'bytes.py': 'import sys\nprint([len(text.encode()) for text in (sys.argv[1], sys.stdin.read())])',
  'fails.py': 'def deep():\n    raise ValueError("wrong ä")\n\ndeep()\n',
  'broken.py': 'x = (\n',
  'exits.py': 'import sys\nprint("out")\nsys.exit("why")',
  'three.py': 'raise SystemExit(3)',
  'asks.py': 'print(input("name? ").upper(), input())\ninput()',
  'imports.py':
    'import helper\nfrom pathlib import Path\nprint(helper.NAME, (Path(__file__).parent.parent / "data.bin").read_bytes())',
  'helper.py': 'NAME = "one"',
  'async.py':
    'import asyncio\nasync def wait(n):\n    await asyncio.sleep(n / 100)\n    return n\nasync def main():\n    print(await asyncio.gather(wait(3), wait(1)))\n    try:\n        await asyncio.wait_for(asyncio.Event().wait(), 0.01)\n    except TimeoutError:\n        return "awaited"\nprint(asyncio.run(main()))',
  'changes.py':
    'import os, sys\nos.environ["CHANGED"] = "1"\nos.chdir("/tmp")\nsys.path.append("/nowhere")\nsys.argv = [1]\nx = 1\nprint(os.path.dirname(os.path.dirname(__file__)))',
  'loops.py': 'import time\nprint("on", flush=True)\nwhile True: time.sleep(0.01)',
  'floods.py': 'print("a" * 300_000 + "END")',
  'lacks.py': 'import a_module_that_nobody_has',
  'makes.py': 'open("made.txt", "w").write("by a script")',
  'reads.py': 'import sys\nprint(open(sys.argv[1]).read())',
};

/** A sandbox manager with the tools of two skills that share names of modules, and those of the package. */
async function openSkills(
  localEvalEngine: 'pyodide' | 'python',
  jupyter?: { readonly url: string; readonly token: string },
) {
  const folder = await temporaryFolder();
  await writeFiles(folder.path, {
    'one/SKILL.md': skillText('one'),
    'one/data.bin': new Uint8Array([0, 255, 10]),
    ...Object.fromEntries(Object.entries(scripts).map(([name, code]) => [`one/scripts/${name}`, code])),
    'two/SKILL.md': skillText('two'),
    'two/helper.py': 'NAME = "two"',
    'two/imports.py': 'import helper\nprint(helper.NAME)',
    'heavy/SKILL.md': skillText('heavy'),
    'heavy/a.bin': new Uint8Array(3_000_000),
    'heavy/b.bin': new Uint8Array(3_000_000),
    'heavy/run.py': '',
  });
  const manager = new SandboxManager({
    cacheFolder: snapshotFolder,
    owner: 'skills-test',
    localEvalEngine,
    limits: { startMs: 60_000, graceMs: 8000 },
  });
  if (jupyter)
    await manager.configure({ variant: 'local-jupyter', jupyter_url: jupyter.url, jupyter_token: jupyter.token });
  const log = { warn() {} };
  const library = createSkillLibrary({ folder: folder.path, isFolderChosen: true, bundledFolder: BUNDLED_SKILLS, log });
  const toolset = createSkillToolset({
    library,
    skills: () => library.list(),
    execute: (code, options) => manager.execute({ agentId: 'a', owner: '' }, code, options),
  });
  return {
    python: (code: string) => manager.execute({ agentId: 'a', owner: '' }, code),
    /** What the tool answers for a script. */
    async run(script_name: string, more: object = {}) {
      const args = { skill_name: 'one', script_name, ...more };
      const { result, isError } = await toolset.call('run_skill_script', args, { signal: AbortSignal.timeout(40_000) });
      return { ...Object(result), isError };
    },
    async [Symbol.asyncDispose]() {
      await manager.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

type Skills = Awaited<ReturnType<typeof openSkills>>;

describe.each([
  { name: 'local-eval', isLeftOut: false },
  { name: 'the python3 of the machine', isLeftOut: false },
  { name: 'local-jupyter', isLeftOut: isSkipped },
])('a script in $name', ({ name, isLeftOut }) => {
  let skills: Skills;
  let jupyter: Awaited<ReturnType<typeof startJupyter>> | undefined;
  beforeAll(async () => {
    if (isLeftOut) return;
    jupyter = name === 'local-jupyter' ? await startJupyter() : undefined;
    skills = await openSkills(name === 'local-eval' ? 'pyodide' : 'python', jupyter);
  });
  afterAll(async () => {
    await skills?.[Symbol.asyncDispose]();
    await jupyter?.[Symbol.asyncDispose]();
  });
  const cases = test.skipIf(isLeftOut);
  const done = { success: true, exit_code: 0, stderr: '', execution_ok: true, isError: false };
  const failed = { success: false, exit_code: 1, execution_ok: true, isError: false };

  cases('gets its arguments and its input as they are, whatever they hold', async () => {
    const args = [
      'plain',
      '',
      'a b',
      '$(id)',
      '`id`',
      '"; import os; os._exit(9) #',
      "'''",
      '"""',
      '\\',
      '\n',
      'ä😀\u2028',
      '{}',
      '--x',
    ];
    const stdin = 'in "put" \\ ä😀\n';
    const { stdout, ...rest } = await skills.run('echo.py', { args, stdin });
    expect(rest).toMatchObject(done);
    expect(JSON.parse(stdout)).toEqual([args, stdin, '__main__']);
  });

  cases('gets a character of two UTF-16 units as one that it can encode', async () => {
    const { stdout, stderr } = await skills.run('bytes.py', { args: ['😀'], stdin: 'ä😀' });
    expect([stdout, stderr]).toEqual(['[4, 6]\n', '']);
  });

  cases('gets options by name', async () => {
    const kwargs = { max_rows: 5, all: true, none: false, nothing: null, tag: ['a', 'b'], low: -3, text: '--x' };
    const { stdout } = await skills.run('echo', { args: [1, true], kwargs });
    expect(JSON.parse(stdout)[0]).toEqual([
      ...['1', 'true', '--max-rows', '5', '--all', '--tag', 'a', '--tag', 'b', '--low=-3', '--text=--x'],
    ]);
  });

  cases('that raises tells its own lines and no others', async () => {
    const fails = await skills.run('fails.py');
    expect(fails).toMatchObject({ ...failed, stdout: '' });
    expect(fails.stderr.replaceAll(/^\s+[~^]+\n/gm, '')).toBe(
      'Traceback (most recent call last):\n  File "scripts/fails.py", line 4, in <module>\n    deep()\n' +
        '  File "scripts/fails.py", line 2, in deep\n    raise ValueError("wrong ä")\nValueError: wrong ä\n',
    );
    const broken = await skills.run('broken.py');
    expect(broken).toMatchObject({ ...failed, stderr: expect.stringContaining('File "scripts/broken.py", line 1') });
    expect(broken.stderr).toContain("SyntaxError: '(' was never closed");
  });

  cases('that exits has its exit code', async () => {
    expect(await skills.run('exits.py')).toMatchObject({ ...failed, stdout: 'out\n', stderr: 'why\n' });
    expect(await skills.run('three.py')).toMatchObject({ ...failed, exit_code: 3 });
  });

  cases('reads what it asks for from its input, and is told when that has ended', async () => {
    expect(await skills.run('asks.py', { stdin: 'ann\nbob' })).toMatchObject({
      ...failed,
      stdout: 'ANN bob\n',
      stderr: expect.stringContaining('EOFError: The standard input of the script has ended'),
    });
  });

  cases('finds its modules and its files, and another skill finds its own', async () => {
    expect(await skills.run('imports.py')).toMatchObject({ ...done, stdout: "one b'\\x00\\xff\\n'\n" });
    expect(await skills.run('imports.py', { skill_name: 'two' })).toMatchObject({ ...done, stdout: 'two\n' });
  });

  cases('leaves the interpreter as it was', async () => {
    const look =
      'import os, sys\n(os.environ.get("CHANGED"), os.getcwd(), len(sys.path), type(sys.argv[0]).__name__, "x" in globals(), "_run_skill_script" in globals(), "helper" in sys.modules)';
    const before = await skills.python(look);
    const changes = await skills.run('changes.py');
    expect(changes).toMatchObject(done);
    expect(await skills.run('imports.py')).toMatchObject(done);
    const after = await skills.python(look);
    expect(after.result).toEqual(before.result);
    expect(String(after.result?.['text/plain'])).toMatch(/^\(None, .*, 'str', False, False, False\)$/);
    expect(changes.stdout).toMatch(/^\/\S+\/skill-\w+\n$/);
    const left = await skills.python(`import os\nos.path.exists(${JSON.stringify(changes.stdout.trim())})`);
    expect(left.result?.['text/plain']).toBe('False');
  });

  cases('shares files with the code of its agent', async () => {
    const done = await skills.python('open("given.txt", "w").write("from code")');
    expect(done.status).toBe('ok');
    expect(await skills.run('reads.py', { args: ['given.txt'] })).toMatchObject({ stdout: 'from code\n' });
    await skills.run('makes.py');
    const made = await skills.python(
      'import os\ntext = open("made.txt").read()\nos.remove("made.txt")\nos.remove("given.txt")\ntext',
    );
    expect(made.result?.['text/plain']).toBe("'by a script'");
  });

  cases('ends at its time limit', async () => {
    expect(await skills.run('loops.py', { timeout: 1 })).toMatchObject({
      success: false,
      exit_code: null,
      execution_ok: false,
      stdout: 'on\n',
      isError: true,
    });
    expect(await skills.run('echo.py')).toMatchObject(done);
  });

  cases('is shown with the beginning and the end of what it prints', async () => {
    const { stdout } = await skills.run('floods.py');
    expect(stdout).toBe(`${'a'.repeat(8000)}\n[... 284004 characters left out ...]\n${'a'.repeat(7996)}END\n`);
  });

  cases('says which module it lacks', async () => {
    const { stderr, exit_code } = await skills.run('lacks.py');
    expect(exit_code).toBe(1);
    expect(stderr).toContain("ModuleNotFoundError: No module named 'a_module_that_nobody_has'");
    expect(stderr.includes('a Jupyter sandbox can have more')).toBe(name === 'local-eval');
  });

  cases('of a skill with too many files is not run', async () => {
    const { isError } = await skills.run('run.py', { skill_name: 'heavy' });
    expect(isError).toBe(true);
  });

  cases('may use asyncio.run', async () => {
    expect(await skills.run('async.py')).toMatchObject({ ...done, stdout: '[3, 1]\nawaited\n' });
  });

  cases('of the bundled skills does what its skill says', async () => {
    const csv = { skill_name: 'csv-summary' };
    const stdin =
      'id;name;score;day;note\n1;Ann;1.5;2026-01-02;x\n2;Bob;;2026-01-01;7\n3;"C;d";3;2025-12-31;8\n\n4;Ann;n/a;2026-02-01;9;extra\n';
    expect(await skills.run('summarize.py', { ...csv, stdin })).toMatchObject({
      ...done,
      stdout: [
        '4 rows, 5 columns',
        '1 rows have another number of cells: lines 6',
        '',
        'id: integer, 0 missing, 4 distinct',
        '  min 1, max 4, mean 2.5, median 2.5, stdev 1.29099',
        '  most frequent: 1 (1), 2 (1), 3 (1)',
        '',
        'name: text, 0 missing, 3 distinct',
        '  most frequent: Ann (2), Bob (1), C;d (1)',
        '',
        'score: number, 2 missing, 2 distinct',
        '  min 1.5, max 3.0, mean 2.25, median 2.25, stdev 1.06066',
        '  most frequent: 1.5 (1), 3 (1)',
        '',
        'day: date, 0 missing, 4 distinct',
        '  min 2025-12-31, max 2026-02-01',
        '  most frequent: 2026-01-02 (1), 2026-01-01 (1), 2025-12-31 (1)',
        '',
        'note: mixed, 0 missing, 4 distinct',
        '  do not fit: x',
        '  most frequent: x (1), 7 (1), 8 (1)',
        '',
      ].join('\n'),
    });
    expect(
      await skills.run('summarize', { ...csv, stdin: 'a\tb\n1\t2\n', kwargs: { json: true, columns: 'b', top: 0 } }),
    ).toMatchObject(done);
    expect(await skills.run('summarize', { ...csv, stdin: '' })).toMatchObject({
      ...failed,
      stderr: 'The file has no rows\n',
    });

    const toc = { skill_name: 'markdown-toc' };
    const document =
      '# Title\n\nIntro, see [two](#two-1) and [none](#none).\n\n## Two\n```md\n## No heading\n```\n## Two\nThree `x`\n---\n\nÜber uns!\n---------\n### *Deep* [link](https://x.y) ##\n#### Too deep\n';
    expect(await skills.run('toc.py', { ...toc, stdin: document })).toMatchObject({
      ...done,
      stdout: '- [Two](#two)\n- [Two](#two-1)\n- [Über uns!](#über-uns)\n  - [Deep link](#deep-link)\n',
    });
    expect(await skills.run('toc.py', { ...toc, stdin: document, kwargs: { check: true } })).toMatchObject({
      ...failed,
      stdout: 'line 3: no heading has the anchor #none\n',
    });
    const once = await skills.run('toc.py', { ...toc, stdin: document, kwargs: { insert: true, max_level: 2 } });
    expect(once.stdout).toContain(
      '<!-- toc -->\n\n- [Two](#two)\n- [Two](#two-1)\n- [Über uns!](#über-uns)\n\n<!-- /toc -->\n\n## Two\n',
    );
    const twice = await skills.run('toc.py', { ...toc, stdin: once.stdout, kwargs: { insert: true, max_level: 2 } });
    expect(twice.stdout).toBe(once.stdout);
  });
});
