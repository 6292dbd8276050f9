import { z } from 'zod';
import { get, group } from './kit.ts';

const Skill = z
  .object({
    name: z.string(),
    description: z.string().meta({ description: 'What it is for, and when' }),
    origin: z.enum(['folder', 'bundled']).meta({ description: '`bundled`: part of this server' }),
    default: z.boolean().meta({ description: 'Whether agents that say nothing have it' }),
    license: z.string().nullable(),
    compatibility: z.string().nullable().meta({ description: 'What it needs to work' }),
    allowed_tools: z.array(z.string()).meta({ description: 'The tools its author meant it to need' }),
    scripts: z.array(z.string()).meta({ description: 'Python that runs in the sandbox of an agent' }),
    resources: z.array(z.string()).meta({ description: 'Its other files' }),
    warnings: z.array(z.string()).meta({ description: 'What its author should mend' }),
  })
  .meta({ id: 'Skill' });

const bytes = z.int().meta({ description: 'How long it is' });

const SkillFile = z
  .object({
    path: z.string(),
    bytes,
    text: z.string().nullable().meta({ description: 'null where it is left out' }),
    left_out: z
      .enum(['binary', 'too_long'])
      .nullable()
      .meta({ description: '`binary`: it is no text in UTF-8; `too_long`: it is over 1 MiB. null: it is not' }),
  })
  .meta({ id: 'SkillFile' });

const SkillDetail = Skill.extend({
  text: z.string().meta({ description: 'Its SKILL.md, as it is written' }),
  files: z
    .array(z.object({ path: z.string(), bytes }))
    .meta({ description: 'Its other files, hidden ones left out; the first 500' }),
  file: SkillFile.nullable().meta({ description: 'The one of `path`; null without' }),
}).meta({ id: 'SkillDetail' });

const example: z.output<typeof Skill> = {
  name: 'csv-summary',
  description: 'Describes a CSV file: its columns, their types and their values.',
  origin: 'bundled',
  default: false,
  license: 'MIT',
  compatibility: null,
  allowed_tools: [],
  scripts: ['scripts/summarize.py'],
  resources: ['references/report.md'],
  warnings: [],
};

/** Skills: folders with a SKILL.md that agents read when a task needs them. */
export const skills = group('Skills', 'Skills: folders with a SKILL.md that agents read when a task needs them.', {
  list: get('/skills', {
    summary: 'List skills',
    description: 'Every skill of the skills folder as it is now, and what keeps other folders from being one.',
    output: z
      .object({
        skills: z.array(Skill),
        problems: z
          .array(z.object({ path: z.string(), reason: z.string() }))
          .meta({ description: 'Folders that cannot be used, each with the reason' }),
      })
      .meta({ id: 'SkillList' }),
    example: {
      skills: [example],
      problems: [{ path: 'broken-skill', reason: 'SKILL.md states no description' }],
    },
  }),
  get: get('/skills/{skill_name}', {
    summary: 'Get skill',
    description: 'The skill as it is now, with its text and its files, and with what is in one of them.',
    query: z.object({
      path: z
        .string()
        .min(1)
        .max(1000)
        .optional()
        .meta({ description: 'One of `files`, to be read', examples: ['references/report.md'] }),
    }),
    output: SkillDetail,
    example: {
      ...example,
      text: '---\nname: csv-summary\ndescription: Describes a CSV file.\n---\nRun scripts/summarize.py.\n',
      files: [
        { path: 'references/report.md', bytes: 312 },
        { path: 'scripts/summarize.py', bytes: 2048 },
      ],
      file: { path: 'references/report.md', bytes: 312, text: '# Report\n', left_out: null },
    },
    errors: ['skill-not-found', 'skill-file-not-found'],
  }),
});
