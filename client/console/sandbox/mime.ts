import type { MimeBundle } from './executions.ts';

/** A text of a value; Jupyter may give it as the list of its lines. Empty where it is none. */
export const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Array.isArray(value)
      ? value.filter((line) => typeof line === 'string').join('')
      : '';

/** The picture of a value as the address of an image, in which no script runs; undefined when it has none. */
export function pictureOf(bundle: MimeBundle): { readonly type: string; readonly source: string } | undefined {
  const svg = textOf(bundle['image/svg+xml']);
  if (svg) return { type: 'image/svg+xml', source: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}` };
  for (const type of ['image/png', 'image/jpeg', 'image/gif', 'image/webp']) {
    const data = textOf(bundle[type]).replace(/\s/g, '');
    if (/^[\w+/=-]+$/.test(data)) return { type, source: `data:${type};base64,${data}` };
  }
  return undefined;
}
