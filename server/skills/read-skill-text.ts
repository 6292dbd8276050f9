/** The reader of a SKILL.md, more lenient than https://agentskills.io/specification: all but a missing name or description is a warning. */
import { readFrontMatter } from './read-front-matter.ts';
import { SkillError, type SkillText } from './skill.ts';

const MAX_FRONT_MATTER = 65_536;
/** The most lists and mappings in brackets: on tens of thousands, one in another, the parser takes seconds to give up. */
const MAX_BRACKETS = 1000;
const MAX_NAME = 64;
const MAX_DESCRIPTION = 1024;
const MAX_COMPATIBILITY = 500;

/** Reads the text of a skill. Throws a {@link SkillError} when it is none. */
export async function readSkillText(text: string, folderName: string): Promise<SkillText> {
  // Only plain `---` opens it: what others read as `---js` is code, and none of a skill's text is ever run here.
  const found = /^\uFEFF?(?:[ \t]*\r?\n)*---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)?---[ \t]*(?:\r?\n|$)/.exec(text);
  if (!found) throw new SkillError('SKILL.md does not begin with YAML between two lines of ---');
  const [whole, yaml = ''] = found;
  if (yaml.length > MAX_FRONT_MATTER) throw new SkillError('The front matter of SKILL.md is longer than 64 kB');
  if ((yaml.match(/[[{]/g)?.length ?? 0) > MAX_BRACKETS)
    throw new SkillError(`The front matter of SKILL.md has more than ${MAX_BRACKETS} brackets`);
  const warnings: string[] = [];
  const fields = await readFrontMatter(yaml, warnings);
  const name = readName(fields.name, folderName, warnings);
  const description = readDescription(fields.description, warnings);
  return {
    name,
    description,
    instructions: text.slice(whole.length).trim(),
    license: readOptional(fields.license, 'license', 1000, warnings),
    compatibility: readOptional(fields.compatibility, 'compatibility', MAX_COMPATIBILITY, warnings),
    allowedTools: readTools(fields['allowed-tools'], warnings),
    warnings,
  };
}

function readName(value: unknown, folderName: string, warnings: string[]): string {
  if (value === undefined || value === null || value === '') throw new SkillError('SKILL.md states no name');
  if (typeof value !== 'string') throw new SkillError('The name in SKILL.md is not a text');
  const name = value.trim().normalize('NFC');
  if (name.length > MAX_NAME) throw new SkillError(`The name in SKILL.md is longer than ${MAX_NAME} characters`);
  // It is shown in logs and to models, and people type it.
  if (!/^[\p{L}\p{N}\p{M}][\p{L}\p{N}\p{M}_.-]*$/u.test(name))
    throw new SkillError(
      'The name in SKILL.md has other characters than letters, digits, hyphens, dots and underscores',
    );
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))
    warnings.push('the name should be of lowercase letters, digits and single hyphens');
  if (name !== folderName.normalize('NFC')) warnings.push(`the name is not that of its folder, '${folderName}'`);
  return name;
}

function readDescription(value: unknown, warnings: string[]): string {
  if (value === undefined || value === null) throw new SkillError('SKILL.md states no description');
  if (typeof value !== 'string') throw new SkillError('The description in SKILL.md is not a text');
  const description = value.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  if (!description) throw new SkillError('The description in SKILL.md is empty');
  if (description.length <= MAX_DESCRIPTION) return description;
  warnings.push(`the description is cut: it is longer than ${MAX_DESCRIPTION} characters`);
  return `${description.slice(0, MAX_DESCRIPTION - 1).toWellFormed()}…`;
}

function readOptional(value: unknown, field: string, maxLength: number, warnings: string[]): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value.length <= maxLength) return value;
  warnings.push(`${field} is left out: it should be a text of at most ${maxLength} characters`);
  return undefined;
}

/** A list, or a text such as `Read, Bash(git:*)`. */
function readTools(value: unknown, warnings: string[]): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return value.match(/[^\s,(]+(?:\([^)]*\))?/g) ?? [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  warnings.push('allowed-tools is left out: it should be a text or a list of texts');
  return [];
}
