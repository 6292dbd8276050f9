/** A skill: a folder with a SKILL.md that says when and how to do something, and files that help with it. */

/** The contents of a SKILL.md. */
export interface SkillText {
  readonly name: string;
  readonly description: string;
  /** The text below the front matter, Markdown. */
  readonly instructions: string;
  readonly license: string | undefined;
  readonly compatibility: string | undefined;
  /** The tools that its author means it to need: a hint, which gives no agent a tool. */
  readonly allowedTools: readonly string[];
  /** Faults that its author should mend; it works all the same. */
  readonly warnings: readonly string[];
}

/** A skill that can be used. */
export interface Skill extends SkillText {
  /** `bundled`: part of this package. */
  readonly origin: 'folder' | 'bundled';
  /** Where it is: a real path, free of links. */
  readonly folder: string;
  /** Every file but SKILL.md, by its path below the folder, with slashes. */
  readonly files: readonly string[];
}

/** A folder that was meant to be a skill and is none. */
export interface SkillProblem {
  /** Below the skills folder, with slashes. */
  readonly path: string;
  readonly reason: string;
}

/** Why a skill, or a file of one, cannot be used: its message is for the author of the skill and for a model. */
export class SkillError extends Error {
  override readonly name = 'SkillError';
}

/** The scripts of a skill: its Python files that are no part of a package. */
export const scriptsOf = ({ files }: Skill): string[] =>
  files.filter((file) => /^(?:scripts\/)?[^/]+\.py$/.test(file) && !file.endsWith('__init__.py'));

/** The files of a skill that are not scripts. */
export function resourcesOf(skill: Skill): string[] {
  const scripts = new Set(scriptsOf(skill));
  return skill.files.filter((file) => !scripts.has(file));
}
