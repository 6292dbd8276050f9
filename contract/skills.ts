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
      skills: [
        {
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
        },
      ],
      problems: [{ path: 'broken-skill', reason: 'SKILL.md states no description' }],
    },
  }),
});
