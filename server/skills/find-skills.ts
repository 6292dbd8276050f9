/** Looks through a folder for skills. One that is broken is a problem with its reason, and harms no other. */
import { readdir, realpath } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { readSkillText } from './read-skill-text.ts';
import { type Skill, SkillError, type SkillProblem, type SkillText } from './skill.ts';
import { isWithin, listFiles, readFileWithin, readSorted } from './skill-files.ts';

/** What is in a skills folder. */
export interface FoundSkills {
  readonly skills: readonly Skill[];
  readonly problems: readonly SkillProblem[];
  /** What was read, for the next time. */
  readonly texts: ReadTexts;
}

/** What was read, by folder, so that only a text that has changed is parsed again. */
export type ReadTexts = ReadonlyMap<string, { readonly source: string; readonly text: Promise<SkillText> }>;

const MAX_SKILL_TEXT = 1_048_576;
const MAX_DEPTH = 4;
const MAX_FOLDERS = 2000;
const MAX_SKILLS = 500;

/** In the order of their paths. `folder` may be a skill itself. Throws what reading the folder throws. */
export async function findSkills(folder: string, origin: Skill['origin'], known: ReadTexts): Promise<FoundSkills> {
  const root = await realpath(folder);
  // Below it, what cannot be read is passed over.
  await readdir(root);
  const skills: Skill[] = [];
  const problems: SkillProblem[] = [];
  const texts = new Map(known);
  const visited = new Set<string>();
  const report = (path: string, reason: string) =>
    problems.push({ path: relative(root, path).split(sep).join('/') || '.', reason });

  const visit = async (path: string, depth: number): Promise<void> => {
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined || visited.has(real)) return;
    if (!isWithin(real, root)) {
      report(path, 'It is a link that leads out of the skills folder');
      return;
    }
    visited.add(real);
    const entries = await readSorted(real);
    const text = entries.find(({ name }) => name === 'SKILL.md') ?? entries.find(({ name }) => name === 'skill.md');
    if (text) {
      try {
        skills.push(await readSkill(real, text.name, { origin, texts }));
      } catch (cause) {
        if (!(cause instanceof SkillError)) throw cause;
        report(path, cause.message);
      }
      return;
    }
    if (depth >= MAX_DEPTH) return;
    for (const entry of entries) {
      if (skills.length >= MAX_SKILLS || visited.size >= MAX_FOLDERS) break;
      const isFolder = entry.isDirectory() || entry.isSymbolicLink();
      if (isFolder && !entry.name.startsWith('.') && entry.name !== 'node_modules')
        await visit(join(path, entry.name), depth + 1);
    }
  };
  await visit(root, 0);
  if (skills.length >= MAX_SKILLS) report(root, `Only the first ${MAX_SKILLS} skills are read`);
  else if (visited.size >= MAX_FOLDERS) report(root, `Only the first ${MAX_FOLDERS} folders are looked through`);
  for (const path of texts.keys()) if (!visited.has(path)) texts.delete(path);
  return { skills, problems, texts };
}

async function readSkill(
  folder: string,
  file: string,
  { origin, texts }: { origin: Skill['origin']; texts: Map<string, { source: string; text: Promise<SkillText> }> },
): Promise<Skill> {
  const source = (await readFileWithin(folder, file, MAX_SKILL_TEXT)).toString('utf8');
  const before = texts.get(folder);
  const text = before?.source === source ? before.text : readSkillText(source, basename(folder));
  texts.set(folder, { source, text });
  const { warnings, ...fields } = await text;
  const { files, warnings: ofFiles } = await listFiles(folder);
  return { ...fields, origin, folder, files, warnings: [...warnings, ...ofFiles] };
}
