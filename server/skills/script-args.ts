import { SkillError } from './skill.ts';

const MAX_LENGTH = 200_000;

/** The command line of a script: its arguments, then its options. `{max_rows: 5}` is `--max-rows 5`; a list is the option once for each. */
export function scriptArgs({
  args,
  kwargs,
}: {
  readonly args: readonly string[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}): string[] {
  const all = [...args, ...Object.entries(kwargs).flatMap(([name, value]) => toOption(name, value))];
  if (all.reduce((sum, { length }) => sum + length, 0) > MAX_LENGTH)
    throw new SkillError('The arguments are too long: give long text as stdin');
  return all;
}

function toOption(name: string, value: unknown): string[] {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) throw new SkillError(`kwargs: '${name}' is no name of an option`);
  const option = `--${name.replaceAll('_', '-')}`;
  if (value === true) return [option];
  if (value === false || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one) => toOption(name, one));
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new SkillError(`kwargs: the value of '${name}' is no text, number, boolean or list of them`);
  // Alone, it would be taken for an option itself.
  return String(value).startsWith('-') ? [`${option}=${value}`] : [option, String(value)];
}
