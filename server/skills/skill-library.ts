import { basename } from 'node:path';
import { settlesWithin } from '../async/settles-within.ts';
import { type FoundSkills, findSkills } from './find-skills.ts';
import type { Skill, SkillProblem } from './skill.ts';

/** Every skill of this server. Reads are from memory; `refresh` looks at the disk. */
export interface SkillLibrary {
  /** Sees what has changed on disk since about a second ago; a disk that hangs is not waited for. Never throws. */
  refresh(): Promise<void>;
  /** All skills, sorted by name. */
  list(): readonly Skill[];
  problems(): readonly SkillProblem[];
  /** Finds a skill; `_` and `-`, and upper and lower case, are the same. */
  find(name: string): Skill | undefined;
  /** Picks the skills of these names, each once, and leaves out names that no skill has. */
  pick(names: readonly string[]): Skill[];
}

interface SkillLibraryOptions {
  readonly folder: string;
  /** Whether somebody said that there is such a folder: a problem when there is none. */
  readonly isFolderChosen: boolean;
  /** The skills of this package; those of `folder` win. */
  readonly bundledFolder: string;
  readonly log: { warn(details: object, message: string): void };
}

const LOOK_AGAIN_MS = 1000;
/** Nobody looks again for so many times as long as a look took, so that many skills cost no more than few. */
const REST_FACTOR = 20;
const PATIENCE_MS = 2000;

/** Creates a library, which is empty until its first {@link SkillLibrary.refresh}. */
export function createSkillLibrary(options: SkillLibraryOptions): SkillLibrary {
  const { folder, isFolderChosen, bundledFolder, log } = options;
  let own: FoundSkills = NO_SKILLS;
  let bundled: FoundSkills = NO_SKILLS;
  let skills: ReadonlyMap<string, Skill> = new Map();
  let problems: readonly SkillProblem[] = [];
  let looking: Promise<void> | undefined;
  let lookAgainAt = 0;
  let hasLooked = false;

  const look = async () => {
    own = await findSkills(folder, 'folder', own.texts).catch((cause: unknown) => toUnreadable(cause, isFolderChosen));
    bundled = await findSkills(bundledFolder, 'bundled', bundled.texts);
    const logged = new Set(problems.map(toLine));
    ({ skills, problems } = unite(own, bundled));
    for (const problem of problems.filter((one) => !logged.has(toLine(one))))
      log.warn({ folder, ...problem }, 'a skill cannot be used');
  };

  return {
    async refresh() {
      if (!looking && performance.now() < lookAgainAt) return;
      const began = performance.now();
      looking ??= look()
        .catch((cause: unknown) => log.warn({ err: cause }, 'the skills cannot be read'))
        .finally(() => {
          looking = undefined;
          hasLooked = true;
          const now = performance.now();
          lookAgainAt = now + Math.max(LOOK_AGAIN_MS, REST_FACTOR * (now - began));
        });
      // A shared folder may hang: what was known before is good until it answers.
      await settlesWithin(looking, PATIENCE_MS);
    },
    list: () => [...skills.values()],
    problems: () => (looking && !hasLooked ? [STILL_READING] : problems),
    find: (name) => skills.get(toKey(name)),
    pick: (names) => [...new Set(names.map((name) => skills.get(toKey(name))))].filter((skill) => skill !== undefined),
  };
}

/** What is told until the first look has ended. */
const STILL_READING: SkillProblem = { path: '.', reason: 'The skills folder is still being read' };
const NO_SKILLS: FoundSkills = { skills: [], problems: [], texts: new Map() };

/** The problem of a folder that cannot be read; none when it is missing and need not be there. */
function toUnreadable(cause: unknown, isFolderChosen: boolean): FoundSkills {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  if (isMissing && !isFolderChosen) return NO_SKILLS;
  const reason = isMissing ? 'There is no such skills folder' : 'The skills folder cannot be read';
  return { ...NO_SKILLS, problems: [{ path: '.', reason }] };
}

/** One skill for each name. A skill of the folder takes the place of a bundled one; of two in the folder the first counts. */
function unite(own: FoundSkills, bundled: FoundSkills) {
  const skills = new Map<string, Skill>();
  const problems = [...own.problems, ...bundled.problems];
  for (const skill of own.skills) {
    const key = toKey(skill.name);
    const first = skills.get(key);
    if (first)
      problems.push({ path: basename(skill.folder), reason: `Another folder has the skill '${first.name}' already` });
    else skills.set(key, skill);
  }
  for (const skill of bundled.skills) if (!skills.has(toKey(skill.name))) skills.set(toKey(skill.name), skill);
  const sorted = [...skills].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { skills: new Map(sorted), problems };
}

const toKey = (name: string): string => name.normalize('NFC').toLowerCase().replaceAll('_', '-');
const toLine = ({ path, reason }: SkillProblem): string => `${path}: ${reason}`;
