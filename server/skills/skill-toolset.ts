/** The tools by which a model finds, reads and uses skills: it is shown their names first, and the rest when it asks. */
import { z } from 'zod';
import type { ToolDefinition, ToolOutcome, Toolset } from '../runs/toolset.ts';
import { type Execute, runScript } from './run-script.ts';
import { scriptArgs } from './script-args.ts';
import { resourcesOf, type Skill, SkillError, scriptsOf } from './skill.ts';
import { readFileWithin } from './skill-files.ts';
import type { SkillLibrary } from './skill-library.ts';

interface SkillToolsetOptions {
  readonly library: SkillLibrary;
  /** The skills there are for the caller, read anew each time; it has no tools while there are none. */
  skills(): readonly Skill[];
  readonly execute: Execute;
}

const MAX_RESOURCE = 1_048_576;
const MAX_STDIN = 1_000_000;

const name = z.string().min(1).max(200).describe('As listed by list_skills');
const Nothing = z.object({});
const OneSkill = z.object({ skill_name: name });
const Resource = z.object({
  skill_name: name,
  resource_name: z.string().min(1).max(1000).describe('The path of the file, as load_skill lists it'),
});
const Script = z.object({
  skill_name: name,
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
});

/** Looks at the disk before each use, so that a skill that has changed is the new one. */
export function createSkillToolset({ library, skills, execute }: SkillToolsetOptions): Toolset {
  const find = (asked: string): Skill => {
    const skill = library.find(asked);
    if (skill && skills().includes(skill)) return skill;
    throw new SkillError(`There is no skill '${asked}'. Available skills: ${quote(skills().map((one) => one.name))}`);
  };
  const calls: Readonly<Record<string, (args: unknown, signal: AbortSignal) => Promise<ToolOutcome> | ToolOutcome>> = {
    list_skills: () => say({ skills: skills().map(toSummary) }),
    load_skill: (args) => say(toDetail(find(OneSkill.parse(args).skill_name))),
    async read_skill_resource(args) {
      const { skill_name, resource_name } = Resource.parse(args);
      const skill = find(skill_name);
      const path = findFile(skill.files, resource_name, ['', 'references/', 'assets/', 'scripts/']);
      if (!path) throw noFile(skill, 'file', resource_name, skill.files);
      const bytes = await readFileWithin(skill.folder, path, MAX_RESOURCE);
      return say({ skill_name: skill.name, resource_name: path, content: toText(bytes, path) });
    },
    async run_skill_script(args, signal) {
      const { skill_name, script_name, timeout, ...run } = Script.parse(args);
      const skill = find(skill_name);
      const names = [script_name, `${script_name}.py`];
      const script = names.map((one) => findFile(scriptsOf(skill), one, ['', 'scripts/'])).find(Boolean);
      if (!script) throw noFile(skill, 'Python script', script_name, scriptsOf(skill));
      const timeoutMs = Math.ceil(timeout * 1000);
      return runScript(skill, { script, args: scriptArgs(run), stdin: run.stdin, timeoutMs, signal }, execute);
    },
  };
  return {
    prepare: () => library.refresh(),
    list: () => (skills().length ? DEFINITIONS : []),
    async call(tool, args, { signal }) {
      await library.refresh();
      const call = Object.hasOwn(calls, tool) ? calls[tool] : undefined;
      try {
        if (!call) throw new SkillError(`There is no tool '${tool}'`);
        return await call(args, signal);
      } catch (cause) {
        if (cause instanceof SkillError) return { result: cause.message, isError: true };
        if (!(cause instanceof z.ZodError)) throw cause;
        const wrong = cause.issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`);
        return { result: wrong.join('; '), isError: true };
      }
    },
  };
}

const define = (tool: string, description: string, schema: z.ZodType): ToolDefinition => {
  const { $schema, additionalProperties, ...inputSchema } = z.toJSONSchema(schema, { io: 'input' });
  return { name: tool, description, inputSchema };
};
const DEFINITIONS: readonly ToolDefinition[] = [
  define('list_skills', 'Lists the skills there are: what each is for, and its scripts.', Nothing),
  define(
    'load_skill',
    'Reads the instructions of a skill, and lists its files. Load a skill before a task it is for.',
    OneSkill,
  ),
  define('read_skill_resource', 'Reads a file of a skill, such as a reference its instructions point to.', Resource),
  define(
    'run_skill_script',
    'Runs a Python script of a skill and returns what it prints. It sees the files that code run before has written.',
    Script,
  ),
];

/** A file by the path a caller gives: only one that is listed, so that no path leads elsewhere. */
function findFile(files: readonly string[], asked: string, folders: readonly string[]): string | undefined {
  const path = asked.replace(/^(?:\.\/)+/, '');
  return folders.map((folder) => folder + path).find((one) => files.includes(one));
}

const noFile = (skill: Skill, kind: string, asked: string, files: readonly string[]): SkillError =>
  new SkillError(`The skill '${skill.name}' has no ${kind} '${asked}'. It has: ${quote(files)}`);

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

const MAX_QUOTED = 50;
const quote = (names: readonly string[]): string =>
  `[${names
    .slice(0, MAX_QUOTED)
    .map((one) => `'${one}'`)
    .join(', ')}${names.length > MAX_QUOTED ? ', …' : ''}]`;
const say = (result: unknown): ToolOutcome => ({ result, isError: false });
