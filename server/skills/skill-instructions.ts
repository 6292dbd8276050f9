import type { Skill } from './skill.ts';

const MAX_CHARS = 20_000;

/** Adds to a system prompt the names of skills and what each is for; an agent asks for the rest when it needs it. */
export function addSkills(systemPrompt: string, skills: readonly Skill[]): string {
  if (!skills.length) return systemPrompt;
  const lines: string[] = [];
  let left = MAX_CHARS;
  for (const { name, description } of skills) {
    const line = `- ${name}: ${description}`;
    left -= line.length;
    if (left < 0) break;
    lines.push(line);
  }
  if (lines.length < skills.length) lines.push(`- and ${skills.length - lines.length} more: see list_skills`);
  return [...(systemPrompt ? [systemPrompt, ''] : []), HEAD, ...lines].join('\n');
}

const HEAD =
  'You have skills: instructions, files and scripts for certain tasks. When a task is one that a skill is for, first read the skill with load_skill, then do as it says; run its scripts with run_skill_script. Your skills:';
