/** Skills folders with one odd skill beside a good one, written while the server runs. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readableSkills, unusableSkills } from '../../test/fixtures/skills/odd-skills.ts';
import { skillText } from '../../test/fixtures/skills/skill-folder.ts';
import { askUntil, type Caller } from './caller.ts';
import { expectEqual, type Group, type OddCase } from './odd-case.ts';
import { planStage } from './plain-stage.ts';

/** What the folder is told of when it has been read as it is now. */
interface Told {
  readonly skills: readonly Readonly<Record<string, unknown>>[];
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
}

interface Folder {
  readonly title: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  judge(told: Told): string | undefined;
}

const folders: readonly Folder[] = [
  ...readableSkills.map(([title, text, skill]) => ({
    title,
    files: { 'good/SKILL.md': text },
    judge: ({ skills, problems }: Told) => {
      const odd = skills.find(({ name }) => name === Object(skill).name) ?? skills.find(({ name }) => name === 'good');
      const { name, description, license, warnings } = Object(skill);
      const right = { name, description, license, warnings };
      const shown = Object.entries(right).filter(([, value]) => value !== undefined);
      return (
        expectEqual(Object.fromEntries(shown.map(([key]) => [key, odd?.[key]])), Object.fromEntries(shown)) ??
        expectEqual(problems, [])
      );
    },
  })),
  ...unusableSkills.map(([title, text, reason]) => ({
    title: `that ${title}`,
    files: { 'bad/SKILL.md': text },
    judge: ({ problems }: Told) => {
      const [problem] = problems;
      const isSaid = typeof reason === 'string' ? problem?.reason === reason : reason.test(problem?.reason ?? '');
      return problem?.path === 'bad' && problems.length === 1 && isSaid
        ? undefined
        : JSON.stringify(problems).slice(0, 300);
    },
  })),
  {
    title: '2,000 of them',
    files: Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`s${index}/SKILL.md`, skillText(`s${index}`)]),
    ),
    judge: ({ skills, problems }: Told) => expectEqual([skills.length > 2000, problems.length], [true, 1]),
  },
  {
    title: 'one with 2,000 files',
    files: {
      'big/SKILL.md': skillText('big'),
      ...Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`big/${index}.md`, 'x'])),
    },
    judge: ({ skills }: Told) =>
      expectEqual(skills.find(({ name }) => name === 'big')?.warnings, ['only the first 500 files count']),
  },
];

const cases = (root: string) =>
  folders.map(
    ({ title, files, judge }, index): OddCase => ({
      title,
      async attempt(caller) {
        const folder = join(root, 'skills');
        await rm(folder, { recursive: true, force: true });
        const mark = `mark-${index}`;
        for (const [path, text] of Object.entries({ ...files, [`${mark}/SKILL.md`]: skillText(mark) })) {
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await writeFile(join(folder, path), text);
        }
        return judgeFolder(caller, mark, judge);
      },
    }),
  );

/** Waits until the skill of this case is there, and as long as the folder may still be read. */
async function judgeFolder(caller: Caller, mark: string, judge: Folder['judge']): Promise<string | undefined> {
  let problem: string | undefined;
  await askUntil(caller, '/skills', ({ status, body }) => {
    if (status !== 200) return true;
    const { skills, problems }: Told = body;
    const isRead = skills.some(({ name }) => name === mark);
    problem = isRead ? judge({ skills: skills.filter(({ name }) => name !== mark), problems }) : `${mark} is not there`;
    return problem === undefined;
  });
  return problem;
}

/** One folder, which is written anew for each of them. */
export const skills: Group = {
  name: 'skills',
  stages: [
    planStage({
      title: 'folders',
      isInOrder: true,
      cases: folders,
      toCases: ({ home }) => cases(join(home, '.datalayer/agent-runtimes')),
    }),
  ],
};
