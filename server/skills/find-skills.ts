/** Looks through a folder for skills. One that is broken is a problem with its reason, and harms no other. */
import type { Dirent } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { readSkillText } from './read-skill-text.ts';
import { type Skill, SkillError, type SkillProblem, type SkillText } from './skill.ts';
import { isWithin, listFiles, readFileWithin, readSorted } from './skill-files.ts';

/** The skills in a folder, and what keeps others from being skills. */
export interface FoundSkills {
  readonly skills: readonly Skill[];
  readonly problems: readonly SkillProblem[];
  /** What was read, to be passed in at the next look. */
  readonly texts: ReadTexts;
}

/** What was read, by folder, so that only a text that has changed is parsed again. */
export type ReadTexts = ReadonlyMap<string, { readonly source: string; readonly text: Promise<SkillText> }>;

const MAX_SKILL_TEXT = 1_048_576;
const MAX_DEPTH = 4;
const MAX_FOLDERS = 2000;
const MAX_SKILLS = 500;

/** A look through a skills folder that goes on. */
interface Search {
  readonly root: string;
  readonly origin: Skill['origin'];
  readonly skills: Skill[];
  readonly problems: SkillProblem[];
  readonly texts: Map<string, { readonly source: string; readonly text: Promise<SkillText> }>;
  readonly visited: Set<string>;
}

/** Finds skills in the order of their paths. `folder` may be a skill itself. Throws what reading the folder throws. */
export async function findSkills(folder: string, origin: Skill['origin'], known: ReadTexts): Promise<FoundSkills> {
  const root = await realpath(folder);
  // Below it, what cannot be read is passed over.
  await readdir(root);
  const search: Search = { root, origin, skills: [], problems: [], texts: new Map(known), visited: new Set() };
  await visit(search, root, 0);
  const { skills, problems, texts, visited } = search;
  if (skills.length >= MAX_SKILLS) report(search, root, `Only the first ${MAX_SKILLS} skills are read`);
  else if (visited.size >= MAX_FOLDERS)
    report(search, root, `Only the first ${MAX_FOLDERS} folders are looked through`);
  for (const path of texts.keys()) if (!visited.has(path)) texts.delete(path);
  return { skills, problems, texts };
}

/** Reads the skill in a folder; where there is none, looks into the folders below. */
async function visit(search: Search, path: string, depth: number): Promise<void> {
  const { root, skills, visited } = search;
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || visited.has(real)) return;
  if (!isWithin(real, root)) return report(search, path, 'It is a link that leads out of the skills folder');
  visited.add(real);
  const entries = await readSorted(real);
  const text = findText(entries);
  if (text) return takeSkill(search, path, { folder: real, file: text.name });
  if (depth >= MAX_DEPTH) return;
  for (const entry of entries) {
    if (skills.length >= MAX_SKILLS || visited.size >= MAX_FOLDERS) break;
    if (mayHoldSkills(entry)) await visit(search, join(path, entry.name), depth + 1);
  }
}

async function takeSkill(search: Search, path: string, where: { folder: string; file: string }): Promise<void> {
  try {
    search.skills.push(await readSkill(search, where));
  } catch (cause) {
    if (!(cause instanceof SkillError)) throw cause;
    report(search, path, cause.message);
  }
}

function report({ root, problems }: Search, path: string, reason: string): void {
  problems.push({ path: relative(root, path).split(sep).join('/') || '.', reason });
}

const findText = (entries: readonly Dirent[]): Dirent | undefined =>
  entries.find(({ name }) => name === 'SKILL.md') ?? entries.find(({ name }) => name === 'skill.md');

const mayHoldSkills = (entry: Dirent): boolean =>
  (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.') && entry.name !== 'node_modules';

async function readSkill(
  { origin, texts }: Search,
  { folder, file }: { folder: string; file: string },
): Promise<Skill> {
  const source = (await readFileWithin(folder, file, MAX_SKILL_TEXT)).toString('utf8');
  const before = texts.get(folder);
  const text = before?.source === source ? before.text : readSkillText(source, basename(folder));
  texts.set(folder, { source, text });
  const { warnings, ...fields } = await text;
  const { files, warnings: ofFiles } = await listFiles(folder);
  return { ...fields, origin, folder, files, warnings: [...warnings, ...ofFiles] };
}
