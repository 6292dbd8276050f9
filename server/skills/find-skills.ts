/** Looks through a folder for skills. One that is broken is a problem with its reason, and harms no other. */
import type { Dirent } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
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
const MAX_FOLDERS = 10_000;
const MAX_SKILLS = 2000;
/** So many folders are looked into at the same time: it is the disk that is waited for. */
const AT_ONCE = 8;
/** What is in these folders of a skill is its own, also a SKILL.md to make others from. */
const OWN_FOLDERS = ['assets', 'examples', 'references', 'scripts', 'templates'];

/** In the order of their paths. `folder` may be a skill itself. Throws what reading the folder throws. */
export async function findSkills(folder: string, origin: Skill['origin'], known: ReadTexts): Promise<FoundSkills> {
  const root = await realpath(folder);
  // Below it, what cannot be read is passed over.
  await readdir(root);
  const skills: Skill[] = [];
  const problems: SkillProblem[] = [];
  const texts = new Map(known);
  const visited = new Set<string>();
  const limits = new Set<string>();
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
    const text = skillTextOf(entries);
    try {
      const skill = text === undefined ? undefined : await readSkill(real, text, { origin, texts });
      if (skill) skills.push(skill);
      for (const inner of skill ? innerSkills(skill) : []) {
        report(join(path, inner), `It is inside the skill '${skill?.name}': beside it, it would be one of its own`);
      }
      if (skill) return;
    } catch (cause) {
      if (!(cause instanceof SkillError)) throw cause;
      // Skills below it are none the worse.
      report(path, cause.message);
    }
    const own = text === undefined ? [] : [text, ...OWN_FOLDERS];
    const below = entries.filter(mayHoldSkills).filter(({ name }) => !own.includes(name));
    if (depth < MAX_DEPTH) await visitAll(path, below, depth + 1);
    else if (below.length > 0) limits.add(`Folders more than ${MAX_DEPTH} levels deep are not looked through`);
  };
  const visitAll = async (path: string, folders: readonly Dirent[], depth: number) => {
    for (let first = 0; first < folders.length; first += AT_ONCE) {
      if (skills.length >= MAX_SKILLS) limits.add(`Only the first ${MAX_SKILLS} skills are read`);
      if (visited.size >= MAX_FOLDERS) limits.add(`Only the first ${MAX_FOLDERS} folders are looked through`);
      if (skills.length >= MAX_SKILLS || visited.size >= MAX_FOLDERS) return;
      await Promise.all(folders.slice(first, first + AT_ONCE).map(({ name }) => visit(join(path, name), depth)));
    }
  };
  await visit(root, 0);
  for (const limit of limits) report(root, limit);
  for (const path of texts.keys()) if (!visited.has(path)) texts.delete(path);
  return {
    skills: skills.toSorted((a, b) => compare(a.folder, b.folder)),
    problems: problems.toSorted((a, b) => compare(a.path, b.path)),
    texts,
  };
}

/** The name of the file that makes a folder a skill, in whatever letters. */
function skillTextOf(entries: readonly Dirent[]): string | undefined {
  const names = entries.map(({ name }) => name).filter((name) => /^skill\.md$/i.test(name));
  return names.includes('SKILL.md') ? 'SKILL.md' : names[0];
}

const mayHoldSkills = (entry: Dirent): boolean =>
  (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.') && entry.name !== 'node_modules';

/** The folders of a skill that would be skills elsewhere. */
const innerSkills = ({ files }: Skill): string[] =>
  files
    .filter((file) => /\/skill\.md$/i.test(file) && !OWN_FOLDERS.includes(file.split('/', 1)[0] ?? ''))
    .map((file) => dirname(file));

/** The order of paths, each folder before what is in it and after what is in the folder before. */
function compare(a: string, b: string): number {
  const [first, second] = [a, b].map((path) => path.replaceAll(/[/\\]/g, '\0'));
  if (first === undefined || second === undefined || first === second) return 0;
  return first < second ? -1 : 1;
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
