import type { Log } from '../http/log.ts';
import type { Options } from '../options.ts';
import { createSkillHandlers } from '../skills/skill-handlers.ts';
import { createSkillLibrary } from '../skills/skill-library.ts';
import { BUNDLED_SKILLS, findSkillsFolder } from '../skills/skills-folder.ts';

/** The skills as the rest of the server is given them. */
export type Skills = ReturnType<typeof openSkills>;

/** Begins to read the skills there are, which no start waits for, and warns of those that `--skills` names and nobody has. */
export function openSkills({ options, log }: { readonly options: Options; readonly log: Log }) {
  const library = createSkillLibrary({
    ...findSkillsFolder({ chosen: options['skills-folder'], dataFolder: options['data-dir'] }),
    bundledFolder: BUNDLED_SKILLS,
    log,
  });
  /** The skills of agents that say nothing. */
  const defaults: readonly string[] = options.skills;
  void library.refresh().then(() => {
    const missing = defaults.filter((name) => !library.find(name));
    if (missing.length) log.warn({ skills: missing }, 'there are no such skills');
  });
  return { library, defaults, handlers: { skills: createSkillHandlers({ library, defaults }) } };
}
