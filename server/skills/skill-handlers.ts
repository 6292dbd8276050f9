import type { AppHandlers } from '../../contract/index.ts';
import type { RequestContext } from '../call/implement.ts';
import { resourcesOf, type Skill, scriptsOf } from './skill.ts';
import type { SkillLibrary } from './skill-library.ts';

interface SkillHandlerOptions {
  readonly library: SkillLibrary;
  /** The names of the skills that an agent has unless it names others. */
  readonly defaults: readonly string[];
}

/** Skills over the wire. */
export function createSkillHandlers({ library, defaults }: SkillHandlerOptions): AppHandlers<RequestContext>['skills'] {
  return {
    async list() {
      await library.refresh();
      const byDefault = new Set(library.pick(defaults));
      return {
        skills: library.list().map((skill) => ({ ...view(skill), default: byDefault.has(skill) })),
        problems: library.problems().map(({ path, reason }) => ({ path, reason })),
      };
    },
  };
}

const view = (skill: Skill) => ({
  name: skill.name,
  description: skill.description,
  origin: skill.origin,
  license: skill.license ?? null,
  compatibility: skill.compatibility ?? null,
  allowed_tools: [...skill.allowedTools],
  scripts: scriptsOf(skill),
  resources: resourcesOf(skill),
  warnings: [...skill.warnings],
});
