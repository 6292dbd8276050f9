import type { AppHandlers } from '../../contract/index.ts';
import { ApiError } from '../call/errors.ts';
import type { RequestContext } from '../call/implement.ts';
import { readSkillSource, showFile, sizeFiles } from './show-skill.ts';
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
    async get({ input: { skill_name: name, path } }) {
      await library.refresh();
      const skill = library.find(name);
      if (!skill) throw new ApiError('skill-not-found', `Skill not found: ${name}`);
      const [text, files, file] = await Promise.all([
        readSkillSource(skill),
        sizeFiles(skill),
        path === undefined ? null : showFile(skill, path),
      ]);
      return { ...view(skill), default: library.pick(defaults).includes(skill), text, files, file };
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
