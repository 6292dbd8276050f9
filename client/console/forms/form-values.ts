/** What a form holds: one JSON value, which its fields and its JSON are two views of. */
import type { Field } from './schema-fields.ts';

/** The way to a value within a value: names and positions. */
export type Path = readonly (string | number)[];

/** Whether a field can show a value; one it cannot is shown as JSON. Nothing can be shown by each. */
export function canShow(field: Field, value: unknown): boolean {
  if (value === undefined) return true;
  switch (field.kind) {
    case 'text':
      return typeof value === 'string';
    // What is typed and is no number yet stays text, for the server to say what is wrong with it.
    case 'number':
      return typeof value === 'number' || typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'choice':
      return field.choices.some((choice) => isSame(choice.value, value));
    case 'list':
      return Array.isArray(value);
    case 'group':
      return isRecord(value);
    case 'map':
      return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
    case 'json':
      return true;
  }
}

/** Whether two JSON values are the same. */
export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** An object with one property set, or, with undefined, without it. */
export function withProperty(value: unknown, name: string, to: unknown): Record<string, unknown> {
  const { [name]: _before, ...others } = isRecord(value) ? value : {};
  if (to === undefined) return others;
  // In its old place, so that what is read does not jump.
  return isRecord(value) && name in value ? { ...value, [name]: to } : { ...others, [name]: to };
}

/** What a text of a number field stands for: its number, nothing, or, where it is none, itself. */
export function readNumber(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed) && Number.isFinite(Number(trimmed))
    ? Number(trimmed)
    : text;
}

/** The properties of a value that no field shows. */
export function furtherNames(field: Field, value: unknown): string[] {
  if (field.kind !== 'group' || !isRecord(value)) return [];
  return Object.keys(value).filter((name) => !field.fields.some((one) => one.name === name));
}

/** What a new item of a list begins with: in JSON a place in a list is never nothing. */
export function newItem(item: Field): unknown {
  if (item.initial !== undefined) return item.initial;
  switch (item.kind) {
    case 'text':
    case 'number':
      return '';
    case 'boolean':
      return false;
    case 'choice':
      return item.choices[0]?.value ?? null;
    case 'list':
      return [];
    case 'map':
      return {};
    case 'group': {
      const begun = item.fields.filter(({ field }) => field.initial !== undefined);
      return Object.fromEntries(begun.map(({ name, field }) => [name, field.initial]));
    }
    case 'json':
      return null;
  }
}

/** Whether a value is an object. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
