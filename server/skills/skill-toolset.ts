import { callSchemaTool, failTool } from '../runs/schema-tools.ts';
import type { Toolset } from '../runs/toolset.ts';
import type { Execute } from './run-script.ts';
import { type Skill, SkillError } from './skill.ts';
import type { SkillLibrary } from './skill-library.ts';
import { quoteNames, SKILL_TOOLS, type SkillContext } from './skill-tools.ts';

interface SkillToolsetOptions {
  readonly library: SkillLibrary;
  /** The skills there are for the caller, read anew each time; it has no tools while there are none. */
  skills(): readonly Skill[];
  readonly execute: Execute;
}

const DEFINITIONS = SKILL_TOOLS.map(({ definition }) => definition);

/** The tools of skills. Looks at the disk before each use, so that a skill that has changed is the new one. */
export function createSkillToolset({ library, skills, execute }: SkillToolsetOptions): Toolset {
  const find = (name: string): Skill => {
    const skill = library.find(name);
    if (skill && skills().includes(skill)) return skill;
    throw new SkillError(
      `There is no skill '${name}'. Available skills: ${quoteNames(skills().map((one) => one.name))}`,
    );
  };
  return {
    async prepare() {
      await library.refresh();
      return [];
    },
    list: () => (skills().length ? DEFINITIONS : []),
    async call(name, args, { signal, watch }) {
      await library.refresh();
      const context = {
        skills: skills(),
        find,
        execute: (code, options) => execute(code, { ...options, watch }),
        signal,
      } satisfies SkillContext;
      try {
        return await callSchemaTool(SKILL_TOOLS, { name, args }, context);
      } catch (cause) {
        if (cause instanceof SkillError) return failTool(cause.message);
        throw cause;
      }
    },
  };
}
