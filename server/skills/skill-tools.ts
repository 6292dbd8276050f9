/** The tools by which a model finds, reads and uses skills: it is shown their names first, and the rest when it asks. */
import { z } from 'zod';
import { answerTool, defineSchemaTool, type SchemaTool } from '../runs/schema-tools.ts';
import { type Execute, runScript } from './run-script.ts';
import { scriptArgs } from './script-args.ts';
import { resourcesOf, type Skill, SkillError, scriptsOf } from './skill.ts';
import { readFileWithin } from './skill-files.ts';

/** The skills that the caller has, and what runs their scripts. */
export interface SkillContext {
  readonly skills: readonly Skill[];
  /** Finds one of them. Throws a {@link SkillError} when the caller has none of that name. */
  find(name: string): Skill;
  readonly execute: Execute;
  readonly signal: AbortSignal;
}

type SkillTool = SchemaTool<SkillContext>;

const MAX_RESOURCE = 1_048_576;
const MAX_STDIN = 1_000_000;
const MAX_QUOTED = 50;

const skillName = z.string().min(1).max(200).describe('As listed by list_skills');

const listSkills: SkillTool = defineSchemaTool({
  name: 'list_skills',
  description: 'Lists the skills there are: what each is for, and its scripts.',
  input: z.object({}),
  answer: (_, { skills }: SkillContext) => answerTool({ skills: skills.map(toSummary) }),
});

const loadSkill: SkillTool = defineSchemaTool({
  name: 'load_skill',
  description: 'Reads the instructions of a skill, and lists its files. Load a skill before a task it is for.',
  input: z.object({ skill_name: skillName }),
  answer: ({ skill_name }, { find }: SkillContext) => answerTool(toDetail(find(skill_name))),
});

const readSkillResource: SkillTool = defineSchemaTool({
  name: 'read_skill_resource',
  description: 'Reads a file of a skill, such as a reference its instructions point to.',
  input: z.object({
    skill_name: skillName,
    resource_name: z.string().min(1).max(1000).describe('The path of the file, as load_skill lists it'),
  }),
  async answer({ skill_name, resource_name }, { find }: SkillContext) {
    const skill = find(skill_name);
    const path = findFile(skill.files, resource_name, ['', 'references/', 'assets/', 'scripts/']);
    if (!path) throw noFile(skill, 'file', resource_name, skill.files);
    const bytes = await readFileWithin(skill.folder, path, MAX_RESOURCE);
    return answerTool({ skill_name: skill.name, resource_name: path, content: toText(bytes, path) });
  },
});

const runSkillScript: SkillTool = defineSchemaTool({
  name: 'run_skill_script',
  description:
    'Runs a Python script of a skill and returns what it prints. It sees the files that code run before has written.',
  input: z.object({
    skill_name: skillName,
    script_name: z.string().min(1).max(1000).describe('The path of the script, as load_skill lists it'),
    args: z
      .array(z.union([z.string(), z.number(), z.boolean()]).transform(String))
      .max(1000)
      .default([])
      .describe('The arguments of its command line, in order'),
    kwargs: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Options of its command line by name: {"max_rows": 5} is --max-rows 5, true is the option alone'),
    stdin: z.string().max(MAX_STDIN).default('').describe('What it reads from its standard input'),
    timeout: z.number().positive().max(600).default(30).describe('Seconds'),
  }),
  async answer({ skill_name, script_name, timeout, stdin, ...options }, { find, execute, signal }: SkillContext) {
    const skill = find(skill_name);
    const names = [script_name, `${script_name}.py`];
    const script = names.map((name) => findFile(scriptsOf(skill), name, ['', 'scripts/'])).find(Boolean);
    if (!script) throw noFile(skill, 'Python script', script_name, scriptsOf(skill));
    const timeoutMs = Math.ceil(timeout * 1000);
    return runScript(skill, { script, args: scriptArgs(options), stdin, timeoutMs, signal }, execute);
  },
});

/** All of them, in the order in which a model is shown them. */
export const SKILL_TOOLS: readonly SkillTool[] = [listSkills, loadSkill, readSkillResource, runSkillScript];

/** Names as a model is told them, each in quotes. */
export function quoteNames(names: readonly string[]): string {
  const quoted = names.slice(0, MAX_QUOTED).map((name) => `'${name}'`);
  return `[${quoted.join(', ')}${names.length > MAX_QUOTED ? ', …' : ''}]`;
}

/** A file by the path a caller states: only one that is listed, so that no path leads elsewhere. */
function findFile(files: readonly string[], asked: string, folders: readonly string[]): string | undefined {
  const path = asked.replace(/^(?:\.\/)+/, '');
  return folders.map((folder) => folder + path).find((file) => files.includes(file));
}

const noFile = (skill: Skill, kind: string, asked: string, files: readonly string[]): SkillError =>
  new SkillError(`The skill '${skill.name}' has no ${kind} '${asked}'. It has: ${quoteNames(files)}`);

function toText(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SkillError(`${path} is not text: a script can read it`, { cause });
  }
}

const toSummary = (skill: Skill) => ({
  name: skill.name,
  description: skill.description,
  scripts: scriptsOf(skill),
  ...(skill.compatibility !== undefined && { compatibility: skill.compatibility }),
});

const toDetail = (skill: Skill) => ({
  ...toSummary(skill),
  instructions: skill.instructions,
  resources: resourcesOf(skill),
  ...(skill.license !== undefined && { license: skill.license }),
  ...(skill.allowedTools.length > 0 && { allowed_tools: [...skill.allowedTools] }),
});
