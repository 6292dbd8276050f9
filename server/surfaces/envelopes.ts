/** The envelopes that show a surface. The same surface in the same state always gives the same envelopes. */
import type { A2uiEvent } from '../../contract/a2ui.ts';

/** The catalog of the components that surfaces are made of. */
export const A2UI_CATALOG = 'https://a2ui.org/specification/v0_9/catalogs/basic/catalog.json';
/** The extension of A2A that carries surfaces. */
export const A2UI_EXTENSION = 'https://a2ui.org/a2a-extension/a2ui/v0.9';

/** A surface, or a change of one. */
export interface Surface {
  readonly surfaceId: string;
  /** Whether the caller does not have it yet. */
  readonly isNew: boolean;
  /** What it shows; absent when that stays. */
  readonly components?: readonly Record<string, unknown>[] | undefined;
  /** The data that components show; absent when it stays. */
  readonly data?: Record<string, unknown> | undefined;
}

const version = 'v0.9';

/** The envelopes that show or change a surface, in order. */
export function toEnvelopes({ surfaceId, isNew, components, data }: Surface): A2uiEvent[] {
  const envelopes: A2uiEvent[] = [];
  if (isNew) envelopes.push({ version, createSurface: { surfaceId, catalogId: A2UI_CATALOG, sendDataModel: true } });
  if (components?.length) envelopes.push({ version, updateComponents: { surfaceId, components: [...components] } });
  if (data !== undefined) envelopes.push({ version, updateDataModel: { surfaceId, path: '/', value: data } });
  return envelopes;
}

/** The envelopes of a surface that shows one text, which is empty at first. */
export function toTextSurface(surfaceId: string): A2uiEvent[] {
  const components = [{ id: 'root', component: 'Text', text: { path: '/text' } }];
  return toEnvelopes({ surfaceId, isNew: true, components, data: { text: '' } });
}

/** The envelope that sets the text of a surface made by {@link toTextSurface}. */
export const toTextUpdate = (surfaceId: string, value: string): A2uiEvent => ({
  version,
  updateDataModel: { surfaceId, path: '/text', value },
});

/** The event that reports an error in place of an envelope. */
export const toA2uiError = (code: string, message: string): A2uiEvent => ({ version, error: { code, message } });
